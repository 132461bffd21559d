import type * as pulumi from "@pulumi/pulumi";
import type { HostState } from "./host-state.js";

type Resources = pulumi.Unwrap<HostState>;
type Resource = Resources[number];
/** A resource whose change may restart the service in question. */
type Marked = Resource & { readonly restarts?: true };

/**
 * Marks what in a host's state may restart a service when it is new or different: the service itself, what notifies it, and
 * files that a command reads which notifies it. Commands and scripts read the files that they name.
 */
export function marked(state: Resources, service: string): readonly Marked[] {
  const notifying = new Map<string, Resource[]>();
  for (const resource of state) {
    for (const reference of [resource.parameters.notify ?? []].flat().map(String)) {
      notifying.set(reference, [...(notifying.get(reference) ?? []), resource]);
    }
  }
  const restarts = new Set<Resource>();
  const mark = (resource: Resource): void => {
    if (restarts.has(resource)) return;
    restarts.add(resource);
    for (const before of notifying.get(referenceTo(resource)) ?? []) mark(before);
    if (resource.type === "exec" && resource.parameters.refreshonly !== true) readBy(resource);
  };
  const readBy = (reader: Resource): void => {
    const text = JSON.stringify(reader);
    for (const file of state) {
      if (file.type !== "file" || restarts.has(file) || !text.includes(file.title)) continue;
      restarts.add(file);
      readBy(file);
    }
  };
  state.filter(({ type, title }) => type === "service" && title === service).forEach(mark);
  return state.map((resource) =>
    restarts.has(resource) ? { ...resource, restarts: true } : resource,
  );
}

/**
 * Whether a change of a host's state may restart the service for which the new state is {@link marked}.
 *
 * @param before the state before; undefined if it is not known, and then the service may restart
 * @param after the new state, likewise
 */
export function mayRestart(
  before: Resources | undefined,
  after: readonly Marked[] | undefined,
): boolean {
  if (before === undefined || after === undefined) return true;
  const known = new Map(before.map((resource) => [referenceTo(resource), resource]));
  return after.some((resource) => {
    const old = known.get(referenceTo(resource));
    const same = JSON.stringify(old?.parameters) === JSON.stringify(resource.parameters);
    return resource.restarts === true && !same;
  });
}

/** A resource as Puppet refers to it. */
const referenceTo = ({ type, title }: Resource) =>
  `${type.charAt(0).toUpperCase()}${type.slice(1)}[${title}]`;
