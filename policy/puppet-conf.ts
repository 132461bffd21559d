/** A setting of a puppet.conf. */
export interface PuppetSetting {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

/** Reads the settings in a puppet.conf as Puppet does: those before the first section belong to `main`. */
export function settingsIn(content: string): readonly PuppetSetting[] {
  // eslint-disable-next-line no-restricted-syntax -- a section of puppet.conf, no role
  let section = "main";
  const settings: PuppetSetting[] = [];
  for (const line of content.split("\n")) {
    section = /^\s*\[\s*(\w+)\s*\]/.exec(line)?.[1] ?? section;
    const [, name, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    // Braces after a path contain the file's owner and mode for Puppet.
    settings.push({ section, name, value: value.replace(/\s*\{.*\}$/, "") });
  }
  return settings;
}
