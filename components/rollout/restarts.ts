import type * as pulumi from "@pulumi/pulumi";
import type { HostState } from "../../hosts/host-state.js";

type Resources = pulumi.Unwrap<HostState>;

/**
 * Whether a change of a host's state restarts a service: something that is new or different is the service itself, or
 * notifies it, be it through a command.
 *
 * @param before the state before; undefined if it is not known, and then the service counts as restarted
 * @param after the new state, likewise
 */
export function restarted(
  service: string,
  before: Resources | undefined,
  after: Resources | undefined,
): boolean {
  if (before === undefined || after === undefined) return true;
  const known = new Map(
    before.map((resource) => [referenceTo(resource), JSON.stringify(resource)]),
  );
  const resources = new Map(after.map((resource) => [referenceTo(resource), resource]));
  const reached = new Set<string>();
  const reach = (reference: string): void => {
    if (reached.has(reference)) return;
    reached.add(reference);
    for (const next of notifiedBy(resources.get(reference))) reach(next);
  };
  for (const [reference, resource] of resources) {
    if (known.get(reference) !== JSON.stringify(resource)) reach(reference);
  }
  return reached.has(`Service[${service}]`);
}

/** A resource as Puppet refers to it. */
const referenceTo = ({ type, title }: Resources[number]) =>
  `${type.charAt(0).toUpperCase()}${type.slice(1)}[${title}]`;

/** What a resource notifies. */
const notifiedBy = (resource: Resources[number] | undefined) =>
  [resource?.parameters.notify ?? []].flat().map(String);
