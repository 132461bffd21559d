import { readFileSync } from "node:fs";
import { Eta, type TemplateFunction } from "eta";

const eta = new Eta({ autoEscape: false, autoTrim: false, rmWhitespace: false });
/** Compiled templates by URL, because all hosts' files are rendered from the same ones. */
const compiled = new Map<string, TemplateFunction>();

/**
 * Renders a template file. Templates are ERB-like (`<% %>`, `<%= %>`); nothing is escaped, because the products read
 * plain text, and a line with nothing but a control tag is removed.
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
  // Eta would trim around tags on any line. Instead, only lines with nothing but a control tag are removed, so that
  // indentation stays as written.
  const text = readFileSync(template, "utf8").replace(
    /^[ \t]*(<%(?![=~])(?:(?!%>).)*%>)[ \t]*\n/gm,
    "$1",
  );
  return eta.compile(text);
}
