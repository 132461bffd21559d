import type { Input } from "@pulumi/pulumi";
import { copyOf, execOf, fileOf, type HostResource, type HostState } from "./host-state.js";
import { shellWord } from "./shell-word.js";

/**
 * Files and folders in folders of other users. Whoever owns a folder can put a link in it that leads anywhere, so root
 * writes, reads and deletes nothing there: a process of the folder's owner does, and a link leads it only to what that
 * user can reach anyway.
 */

/** Where root keeps what it writes as another user, and what it has read as one; the converge script creates it. */
const stagingFolder = "/var/lib/pulumi-puppet/staged";

/** Seconds after which a command ends, in case it waits for what the user never gives, and bytes that are read of a file. */
const [patience, limit] = [120, 1024 * 1024];

/** The file of root's in which a path's content is on its way. */
export const stagedPath = (path: string) =>
  `${stagingFolder}/${path.slice(1).replaceAll("/", ":")}`;

/** A shell command that runs another one as a user who owns a folder; for root it is the command itself. */
export function commandAs(user: string, command: string): string {
  return user === "root"
    ? command
    : // Not in root's folder, which find cannot go back to.
      `timeout ${String(patience)} runuser --user ${user} -- sh -c ${shellWord(`cd /; ${command}`)}`;
}

const guard = (script: string) => `sh -c ${shellWord(script)}`;
const modeIs = (path: string, mode: string) =>
  `test "$(stat --format %a ${path})" = ${mode.replace(/^0+/, "")}`;

/**
 * A regular file in a folder of `user`, who then owns it.
 *
 * @param attributes.mode octal, four digits; 0644 by default
 * @param attributes.sensitive whether the content is a secret
 */
export function fileAs(
  user: string,
  path: string,
  content: Input<string>,
  attributes: { mode?: string; sensitive?: boolean; notify?: string } = {},
): HostState {
  const { mode = "0644", sensitive = false, ...metaparameters } = attributes;
  const staged = stagedPath(path);
  const write = `umask 077; cat >${path}.new && chmod ${mode} ${path}.new && mv --force --no-target-directory ${path}.new ${path}`;
  const isThere = `test ! -L ${path} && test -f ${path} && cmp --silent - ${path} && ${modeIs(path, mode)}`;
  return [
    fileOf(staged, content, { mode: "0600", sensitive }),
    execOf(`${path} of ${user}`, ["sh", "-c", `${commandAs(user, write)} <${staged}`], {
      unless: guard(`${commandAs(user, isThere)} <${staged}`),
      replaces: [path],
      ...metaparameters,
    }),
  ];
}

/**
 * A folder in a folder of `user`, who then owns it.
 *
 * @param attributes.mode octal, four digits; 0755 by default
 */
export function directoryAs(
  user: string,
  path: string,
  { mode = "0755" }: { mode?: string } = {},
): HostResource {
  const make = `test ! -L ${path} || rm ${path}; mkdir --parents ${path} && chmod ${mode} ${path}`;
  return execOf(`${path} of ${user}`, ["sh", "-c", commandAs(user, make)], {
    unless: guard(commandAs(user, `test ! -L ${path} && test -d ${path} && ${modeIs(path, mode)}`)),
    replaces: [path],
  });
}

/** A file that must not exist in a folder of `user`. */
export function absenceAs(
  user: string,
  path: string,
  attributes: { notify?: string } = {},
): HostResource {
  return execOf(`no ${path} of ${user}`, ["sh", "-c", commandAs(user, `rm --force ${path}`)], {
    unless: guard(commandAs(user, `test ! -e ${path} && test ! -L ${path}`)),
    replaces: [path],
    ...attributes,
  });
}

/**
 * A copy, in a folder of root's, of a file in a folder of `user`, such as a key. It is read as that user, and no more
 * than 1 MiB of it.
 *
 * @param user owner of the source's folder; `root` if nobody else can write to it
 * @param attributes as those of `copyOf`
 */
export function copyAs(
  user: string,
  path: string,
  source: string,
  attributes: Parameters<typeof copyOf>[2] = {},
): HostState {
  if (user === "root") return [copyOf(path, source, attributes)];
  const staged = stagedPath(path);
  const read = commandAs(user, `test -f ${source} && head --bytes=${String(limit)} ${source}`);
  return [
    execOf(
      `read ${source} for ${path}`,
      [
        "sh",
        "-c",
        `umask 077; ${read} >${staged}.new && test -s ${staged}.new && mv ${staged}.new ${staged}`,
      ],
      { unless: guard(`test -s ${staged} && ${read} | cmp --silent - ${staged}`) },
    ),
    copyOf(path, staged, attributes),
  ];
}
