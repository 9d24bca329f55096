/** Text that is HTML already. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What a template may hold. Strings are escaped; `undefined` and `false` are nothing. */
export type Content = Markup | string | number | undefined | false | readonly Content[]

/** A piece of HTML: what is put in is escaped, unless it is `Markup`. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(parts.map((part, at) => part + textOf(contents[at])).join(''))
}

/** Text in which `code` stands between backticks. */
export function prose(text: string): Content {
  return text.split('`').map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`))
}

function textOf(content: Content): string {
  if (content === undefined || content === false) return ''
  if (content instanceof Markup) return content.text
  if (typeof content === 'string') return escape(content)
  if (typeof content === 'number') return String(content)
  return content.map(textOf).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => entities[character] ?? '')
}
