import type * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** The parts of a resource's registration that tests look at. */
export interface Registration {
  type: string;
  name: string;
  urn: string;
  /** Inputs with secrets in plaintext; {@link secrets} has their names. */
  inputs: Record<string, unknown>;
  /** Names of the inputs that are secrets. */
  secrets: string[];
  parent: string;
  /** URNs of the resources it depends on. */
  dependencies: string[];
  /** URN of the resource whose deletion also removes this one. */
  deletedWith: string;
  deleteBeforeReplace: boolean;
  /** Whether the engine refuses to delete it. */
  protect: boolean;
  /** Inputs whose changes are ignored. */
  ignoreChanges: string[];
  timeouts: { create: string; update: string } | undefined;
}

/** The recorded parts of RegisterResourceRequest; the mocks themselves show less. */
interface Request {
  getParent(): string;
  getType(): string;
  getName(): string;
  getDependenciesList(): string[];
  getDeletedwith(): string;
  getDeletebeforereplace(): boolean;
  getProtect(): boolean;
  getIgnorechangesList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string } | undefined;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

/** Marks a secret in requests to the engine. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** Finds the only registration with a name and, if several share it, a type. */
export function findIn(
  registrations: readonly Registration[],
  name: string,
  type?: string,
): Registration {
  const found = registrations.filter(
    (one) => one.name === name && (type === undefined || one.type === type),
  );
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`${String(found.length)} resources are called ${name}`);
  return only;
}

/** The mocks hide most of a request to the engine: this reads it from the request itself. */
export function recordRequests(registrations: Registration[]): () => void {
  type Answer = (error: unknown, response?: { getUrn(): string }) => void;
  type Register = (this: MockMonitor, request: Request, answer: Answer) => Promise<void>;
  const prototype = MockMonitor.prototype as unknown as { registerResource: Register };
  const original = prototype.registerResource;
  prototype.registerResource = function (request, answer) {
    const raw = request.getObject().toJavaScript();
    const timeouts = request.getCustomtimeouts();
    const registration: Registration = {
      type: request.getType(),
      name: request.getName(),
      urn: "",
      inputs: unwrap(raw) as Record<string, unknown>,
      secrets: Object.keys(raw).filter((name) => isSecret(raw[name])),
      parent: request.getParent(),
      dependencies: request.getDependenciesList(),
      deletedWith: request.getDeletedwith(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      protect: request.getProtect(),
      ignoreChanges: request.getIgnorechangesList(),
      timeouts: timeouts && { create: timeouts.getCreate(), update: timeouts.getUpdate() },
    };
    registrations.push(registration);
    return original.call(this, request, (error, response) => {
      registration.urn = response?.getUrn() ?? "";
      answer(error, response);
    });
  };
  return () => {
    prototype.registerResource = original;
  };
}

function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && secretMark in value;
}

function unwrap(value: unknown): unknown {
  if (isSecret(value)) return unwrap(value.value);
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]));
}

/** The value of an output; it must be known. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
