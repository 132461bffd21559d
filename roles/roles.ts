import type * as z from "zod";
import { compiler } from "./compiler/compiler.js";
import { foreman } from "./foreman/foreman.js";
import { hdm } from "./hdm/hdm.js";
import { loadBalancer } from "./load-balancer/load-balancer.js";
import { main } from "./main/main.js";
import { puppetdb } from "./puppetdb/puppetdb.js";

/** The roles of hosts: the one list of them, in the order in which they are shown. */
export const roles = { main, loadBalancer, puppetdb, foreman, compiler, hdm } as const;

export type Roles = typeof roles;
export type RoleName = keyof Roles;
export const roleNames = Object.keys(roles) as RoleName[];

/** Roles with so many hosts. */
type RolesWith<Count> = {
  [Name in RoleName]: Roles[Name]["count"] extends Count ? Name : never;
}[RoleName];

/** Something for each role that has a host: itself, or a list where a role has many, called by the plural. */
export type ByRole<Item> = { readonly [Name in RolesWith<"one">]: Item } & {
  readonly [Name in RolesWith<"optional">]?: Item | undefined;
} & { readonly [Name in RolesWith<"many"> as `${Name}s`]: readonly Item[] };

/** Makes {@link ByRole}: of a role with one host, the first counts. */
export function byRole<Item>(itemsOf: (role: RoleName) => readonly Item[]): ByRole<Item> {
  const items: unknown = Object.fromEntries(
    roleNames.map((role) =>
      roles[role].count === "many" ? [`${role}s`, itemsOf(role)] : [role, itemsOf(role)[0]],
    ),
  );
  return items as ByRole<Item>;
}

/** What there is of one role. */
export function ofRole<Item>(items: ByRole<Item>, role: RoleName): readonly Item[] {
  const byName: Readonly<Record<string, Item | readonly Item[] | undefined>> = items;
  if (roles[role].count === "many") return byName[`${role}s`] as readonly Item[];
  const item = byName[role] as Item | undefined;
  return item === undefined ? [] : [item];
}

/** What there is of all roles, by their order. */
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

/** Their values, checked and with every default. */
export type RoleSettings = z.output<z.ZodObject<typeof roleSettings>>;

/** The role whose host a role runs on, itself where it has hosts of its own; none where it does not run. */
export function hostRole(role: RoleName, settings: RoleSettings): RoleName | undefined {
  const placement = roles[role].placement(settings);
  if (placement === "own") return role;
  return roleNames.find((name) => name === placement);
}
