import type * as z from "zod";
import { compiler } from "./compiler/compiler.js";
import { foreman } from "./foreman/foreman.js";
import { hdm } from "./hdm/hdm.js";
import { loadBalancer } from "./load-balancer/load-balancer.js";
import { main } from "./main/main.js";
import { puppetdb } from "./puppetdb/puppetdb.js";

/** The roles of hosts: the only list of them, in display order. */
export const roles = { main, loadBalancer, puppetdb, foreman, compiler, hdm } as const;

export type Roles = typeof roles;
export type RoleName = keyof Roles;
export const roleNames = Object.keys(roles) as RoleName[];

/** Roles with this number of hosts. */
type RolesWith<Count> = {
  [Name in RoleName]: Roles[Name]["count"] extends Count ? Name : never;
}[RoleName];

/** An item for each role with a host; roles that can have many hosts have a list, under the plural of their name. */
export type ByRole<Item> = { readonly [Name in RolesWith<"one">]: Item } & {
  readonly [Name in RolesWith<"optional">]?: Item | undefined;
} & { readonly [Name in RolesWith<"many"> as `${Name}s`]: readonly Item[] };

/** Creates {@link ByRole}; for a role with one host, the first item counts. */
export function byRole<Item>(itemsOf: (role: RoleName) => readonly Item[]): ByRole<Item> {
  const items: unknown = Object.fromEntries(
    roleNames.map((role) =>
      roles[role].count === "many" ? [`${role}s`, itemsOf(role)] : [role, itemsOf(role)[0]],
    ),
  );
  return items as ByRole<Item>;
}

/** The items of one role. */
export function ofRole<Item>(items: ByRole<Item>, role: RoleName): readonly Item[] {
  const byName: Readonly<Record<string, Item | readonly Item[] | undefined>> = items;
  if (roles[role].count === "many") return byName[`${role}s`] as readonly Item[];
  const item = byName[role] as Item | undefined;
  return item === undefined ? [] : [item];
}

/** The items of all roles, in the order of the roles. */
export function inOrder<Item>(items: ByRole<Item>): (readonly [RoleName, Item])[] {
  return roleNames.flatMap((role) => ofRole(items, role).map((item) => [role, item] as const));
}

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** The settings of all roles: each section with its schema. */
export const roleSettings = Object.assign(
  {},
  ...roleNames.map((role) => roles[role].settings),
) as Intersection<Roles[RoleName]["settings"]>;

/** The values of these settings, checked and with every default. */
export type RoleSettings = z.output<z.ZodObject<typeof roleSettings>>;

/** The role whose host a role runs on: itself if it has its own hosts, undefined if it does not run. */
export function hostRole(role: RoleName, settings: RoleSettings): RoleName | undefined {
  const placement = roles[role].placement(settings);
  if (placement === "own") return role;
  return roleNames.find((name) => name === placement);
}

/** The roles that a role's hosts have: its own, and those that share them; none if it has no hosts of its own. */
export function rolesOn(host: RoleName, settings: RoleSettings): RoleName[] {
  return roleNames.filter((role) => hostRole(role, settings) === host);
}
