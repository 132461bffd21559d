import type { Input } from "@pulumi/pulumi";

/**
 * What one host shall be: resources in Puppet's own core types, applied in this order. The first that
 * fails stops the rest, so a broken step never lets a later one start a service on it.
 */
export type HostState = readonly HostResource[];

/** One resource of a host, as `create_resources` takes it. */
export interface HostResource {
  /** A type of Puppet's core: `package`, `file`, `exec`, `service`, `user` … */
  readonly type: string;
  readonly title: string;
  /** Attributes in Puppet's own words; references are strings such as `Service[haproxy]`. */
  readonly parameters: Readonly<Record<string, Input<Value>>>;
  /** The file's content is a secret: no diff, no backup and no report shows it. */
  readonly sensitive?: boolean;
}

/** What a Puppet attribute can be. */
export type Value = string | number | boolean | readonly string[];

/** Attributes common to all resources. */
interface Metaparameters {
  /** Resources to refresh when this one changes, such as `Service[haproxy]`. */
  readonly notify?: string | readonly string[];
}

/** Whose a file or folder is, and what they may do with it. */
interface Permissions {
  /** Owner; root by default. */
  readonly owner?: string;
  /** Group; root by default. */
  readonly group?: string;
  /** Octal, four digits; 0644 by default, 0755 for a folder. */
  readonly mode?: string;
}

const rootOwned = { owner: "root", group: "root" };

/** A package, installed and left at the version that is there. */
export function packageOf(name: string): HostResource {
  return {
    type: "package",
    title: name,
    // Without the recommended packages a Puppet server pulls in a mail server and a desktop's worth of fonts.
    parameters: {
      ensure: "installed",
      install_options: ["--no-install-recommends"],
    },
  };
}

/** A regular file. */
export function fileOf(
  path: string,
  content: Input<string>,
  attributes: Metaparameters &
    Permissions & {
      /** Command that must succeed on the new content (`%`) before it replaces the old. */
      readonly validate_cmd?: string;
      /** `false` writes the file only where there is none. */
      readonly replace?: boolean;
      /** The content is a secret. */
      readonly sensitive?: boolean;
    } = {},
): HostResource {
  const { sensitive = false, ...parameters } = attributes;
  return {
    type: "file",
    title: path,
    parameters: {
      ensure: "file",
      ...rootOwned,
      mode: "0644",
      content,
      ...parameters,
    },
    sensitive,
  };
}

/** A systemd unit in a file of its own, or an addition to one, and systemd told of it. */
export function unitOf(name: string, content: string, attributes: Metaparameters = {}): HostState {
  const exec = `systemd reads ${name}`;
  const notify = [`Exec[${exec}]`, attributes.notify ?? []].flat();
  return [
    fileOf(`/etc/systemd/system/${name}`, content, { notify }),
    execOf(exec, ["systemctl", "daemon-reload"], { refreshonly: true }),
  ];
}

/** A copy of a file of the same host, such as a key for a service that may not read the original. */
export function copyOf(
  path: string,
  source: string,
  attributes: Metaparameters & Permissions = {},
): HostResource {
  return {
    type: "file",
    title: path,
    parameters: {
      ensure: "file",
      ...rootOwned,
      mode: "0644",
      source,
      // It may be a key: in no diff, and without a backup in no file bucket.
      show_diff: false,
      backup: false,
      ...attributes,
    },
  };
}

/** A file that shall not be there. */
export function absenceOf(path: string, attributes: Metaparameters = {}): HostResource {
  return { type: "file", title: path, parameters: { ensure: "absent", ...attributes } };
}

/** A folder. */
export function directoryOf(path: string, attributes: Permissions = {}): HostResource {
  return {
    type: "file",
    title: path,
    parameters: {
      ensure: "directory",
      ...rootOwned,
      mode: "0755",
      ...attributes,
    },
  };
}

/** A command, run only where its guard says so. */
export function execOf(
  title: string,
  command: string | readonly string[],
  attributes: Metaparameters & {
    /** The file whose absence makes the command run. */
    readonly creates?: string;
    /** The command runs unless this one succeeds. */
    readonly unless?: string;
    /** The command runs only when another resource notifies it. */
    readonly refreshonly?: boolean;
    /** Seconds the command may take; Puppet's default is 300. */
    readonly timeout?: number;
  },
): HostResource {
  return {
    type: "exec",
    title,
    parameters: {
      command: typeof command === "string" ? command : [...command],
      path: searchPath,
      ...attributes,
    },
  };
}

/** A user for services, with a group of its own and a password that nothing matches. */
export function systemUserOf(
  name: string,
  attributes: {
    /** Home, which is not made; nowhere by default. */
    readonly home?: string;
    /** Login shell; none by default. */
    readonly shell?: string;
    /** Further groups, which are there. */
    readonly groups?: readonly string[];
  } = {},
): HostResource {
  const { home = "/nonexistent", shell = "/usr/sbin/nologin", groups = [] } = attributes;
  return execOf(
    `user ${name}`,
    [
      ...["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", home],
      ...["--shell", shell, "--password", "*", "--groups", groups.join(","), name],
    ],
    { unless: `getent passwd ${name}` },
  );
}

/** A service that runs now and after a boot. */
export function serviceOf(
  name: string,
  attributes: {
    /** Command instead of a restart when the service is notified, such as a reload. */
    readonly restart?: string;
  } = {},
): HostResource {
  return {
    type: "service",
    title: name,
    parameters: { ensure: "running", enable: true, ...attributes },
  };
}

/**
 * A systemd timer and the service of the same name that it runs.
 *
 * @param name name of both units, without an ending
 * @param units content of each
 */
export function timerOf(name: string, units: { service: string; timer: string }): HostState {
  return [
    ...unitOf(`${name}.service`, units.service),
    ...unitOf(`${name}.timer`, units.timer, { notify: `Service[${name}.timer]` }),
    serviceOf(`${name}.timer`),
  ];
}

const searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
