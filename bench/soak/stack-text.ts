import { dump, load } from "js-yaml";

/** Settings by name, without the project's prefix; a section has only those of its values that are to change. */
export type Changes = Readonly<Record<string, unknown>>;

/** The text of a stack's file with some settings changed; everything else in it stays, secrets too. */
export function withSettings(text: string, changes: Changes): string {
  const stack = load(text) as { config: Record<string, unknown> };
  const config = { ...stack.config };
  for (const [setting, value] of Object.entries(changes)) {
    // Without a prefix, a setting is the project's as well.
    const key = setting in config ? setting : `puppet:${setting}`;
    const [was, is] = [config[key], value];
    config[key] = isSection(was) && isSection(is) ? { ...was, ...is } : is;
  }
  return dump({ ...stack, config }, { lineWidth: -1 });
}

/** Some changes after others. */
export function combined(before: Changes, after: Changes): Changes {
  const sections = Object.entries(after).map(([setting, is]) => {
    const was = before[setting];
    return [setting, isSection(was) && isSection(is) ? { ...was, ...is } : is] as const;
  });
  return { ...before, ...Object.fromEntries(sections) };
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
