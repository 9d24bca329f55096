import { html, Markup, type Content } from './html.ts'
import { styles } from './styles.ts'

/** A page that needs nothing else: no script, no request, light and dark, screen and paper. */
export function renderPage(title: string, body: Content): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${new Markup(styles)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.text
}

/** How something was found out, and what that does not show, side by side. */
export function renderMethod(title: string, method: readonly string[], limits: readonly string[]): Markup {
  return html`<section id="method">
    <h2>${title}</h2>
    <div class="two">
      <div>
        <h3>Method</h3>
        ${method.map(text => html`<p>${text}</p>`)}
      </div>
      <div>
        <h3>Limits</h3>
        <ul>
          ${limits.map(text => html`<li>${text}</li>`)}
        </ul>
      </div>
    </div>
  </section> `
}
