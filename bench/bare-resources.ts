/** A resource as the bare program registers it. */
export interface BareResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Whether it belongs to a provider, and is not a component. */
  readonly custom: boolean;
  /** URN of its parent. */
  readonly parent: string;
  /** Version of the provider. */
  readonly version: string | undefined;
  readonly inputs: Readonly<Record<string, { value: unknown; secret: boolean }>>;
}

/** A resource in an exported state. */
interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Marks a secret in the state. */
const secretMark = "4dabf18193072939515e22adb298388d";

/**
 * The resources that a deployed program has registered, with their inputs.
 *
 * @param state exported state, with secrets in plaintext
 * @param versions versions of the providers by package
 */
export function bareResources(
  state: string,
  versions: Readonly<Record<string, string>>,
): BareResource[] {
  const { deployment } = JSON.parse(state) as { deployment: { resources: StateResource[] } };
  return deployment.resources
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(({ urn, type, custom, parent = "", inputs = {} }) => ({
      urn,
      type,
      name: urn.split("::").slice(3).join("::"),
      custom,
      parent,
      version: versions[type.split(":")[0] ?? ""],
      inputs: Object.fromEntries(
        Object.entries(inputs)
          .filter(([key]) => !key.startsWith("__"))
          .map(([key, value]) => [key, { value: inClear(value), secret: hasSecret(value) }]),
      ),
    }));
}

function hasSecret(value: unknown): boolean {
  return JSON.stringify(value).includes(secretMark);
}

/** A value with its secrets in plaintext. */
function inClear(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inClear);
  if (secretMark in value && "plaintext" in value) {
    return inClear(JSON.parse(String(value.plaintext)));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inClear(inner)]));
}
