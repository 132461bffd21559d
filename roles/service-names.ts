/** Settings with the names of services, which resolve to hosts of roles. */
export const serviceNameSettings = ["puppetServer", "caServer", "fileServer"] as const;
export type ServiceNameSetting = (typeof serviceNameSettings)[number];

/** Names of the services, each once: two may be the same. */
export function serviceNamesOf(
  settings: Readonly<Record<ServiceNameSetting, string>>,
  of: readonly ServiceNameSetting[] = serviceNameSettings,
): string[] {
  return [...new Set(of.map((setting) => settings[setting]))];
}
