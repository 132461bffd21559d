import { readFileSync } from "node:fs";
import { Eta, type TemplateFunction } from "eta";

const eta = new Eta({ autoEscape: false, autoTrim: false, rmWhitespace: false });
/** Compiled templates by address: every host's files are rendered from the same ones. */
const compiled = new Map<string, TemplateFunction>();

/**
 * Renders one template file. Templates are ERB-like (`<% %>`, `<%= %>`); nothing is escaped, since
 * the products read plain text, and a tag on a line of its own leaves no line behind.
 *
 * @param template the template file, usually `new URL("name.eta", import.meta.url)`
 * @param data what the template sees as `it`
 * @returns the rendered text, ending with one newline
 */
export function renderTemplate(template: URL, data: object): string {
  const known = compiled.get(template.href) ?? compile(template);
  compiled.set(template.href, known);
  return eta.render(known, data).trimEnd() + "\n";
}

function compile(template: URL): TemplateFunction {
  // Eta would trim around tags on any line; only lines that hold nothing but a control tag vanish,
  // so that indentation in the products' own files stays as it is written.
  const text = readFileSync(template, "utf8").replace(
    /^[ \t]*(<%(?![=~])(?:(?!%>).)*%>)[ \t]*\n/gm,
    "$1",
  );
  return eta.compile(text);
}
