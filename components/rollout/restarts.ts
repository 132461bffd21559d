import type * as pulumi from "@pulumi/pulumi";
import type { HostState } from "../../hosts/host-state.js";

type Resources = pulumi.Unwrap<HostState>;
type Resource = Resources[number];

/**
 * Whether a change of a host's state may restart a service: something that is new or different is the service itself,
 * notifies it, or is a file that a command reads which notifies it. Commands and scripts read the files that they name.
 *
 * @param before the state before; undefined if it is not known, and then the service may restart
 * @param after the new state, likewise
 */
export function mayRestart(
  service: string,
  before: Resources | undefined,
  after: Resources | undefined,
): boolean {
  if (before === undefined || after === undefined) return true;
  const known = new Map(
    before.map((resource) => [referenceTo(resource), JSON.stringify(resource)]),
  );
  const texts = new Map(after.map((resource) => [resource, JSON.stringify(resource)]));
  const notified = new Map(after.map((resource) => [referenceTo(resource), resource]));
  const reached = new Set<Resource>();
  const read = new Set<Resource>();

  const reach = (resource: Resource): void => {
    if (reached.has(resource)) return;
    reached.add(resource);
    for (const reference of [resource.parameters.notify ?? []].flat().map(String)) {
      const next = notified.get(reference);
      if (next !== undefined) reach(next);
    }
    if (resource.type === "file") readBy(resource);
  };
  const readBy = (file: Resource): void => {
    if (read.has(file)) return;
    read.add(file);
    for (const [other, text] of texts) {
      if (other === file || !text.includes(file.title)) continue;
      if (other.type === "exec" && other.parameters.refreshonly !== true) reach(other);
      // A script, which may do something else now; the file itself is the same.
      if (other.type === "file") readBy(other);
    }
  };

  for (const [resource, text] of texts) {
    if (known.get(referenceTo(resource)) !== text) reach(resource);
  }
  return [...reached].some(({ type, title }) => type === "service" && title === service);
}

/** A resource as Puppet refers to it. */
const referenceTo = ({ type, title }: Resource) =>
  `${type.charAt(0).toUpperCase()}${type.slice(1)}[${title}]`;
