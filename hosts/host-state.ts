import type { Input } from "@pulumi/pulumi";

/**
 * Desired state of one host: resources of Puppet's core types, applied in this order. The first that fails stops the
 * rest, so that no service is started on top of a broken step.
 */
export type HostState = readonly HostResource[];

/** One resource of a host, as `create_resources` accepts it. */
export interface HostResource {
  /** A Puppet core type: `package`, `file`, `exec`, `service`, `user` … */
  readonly type: string;
  readonly title: string;
  /** Attributes as Puppet names them; references are strings such as `Service[haproxy]`. */
  readonly parameters: Readonly<Record<string, Input<Value>>>;
  /** Whether the file's content is a secret: then no diff, backup or report shows it. */
  readonly sensitive?: boolean;
  /** The TCP ports that a service listens on, for the message about who has one of them. */
  readonly ports?: readonly number[];
  /**
   * What a command replaces, removes or changes, as absolute paths in which `*` stands for one name: what a host had
   * there before is kept. Of a file, it is the file itself.
   */
  readonly replaces?: readonly string[];
}

/** Value of a Puppet attribute. */
export type Value = string | number | boolean | readonly string[];

/** Attributes common to all resources. */
interface Metaparameters {
  /** Resources to refresh when this one changes, such as `Service[haproxy]`. */
  readonly notify?: string | readonly string[];
}

/** Owner, group and mode of a file or folder. */
interface Permissions {
  /** Owner; root by default. */
  readonly owner?: string;
  /** Group; root by default. */
  readonly group?: string;
  /** Octal, four digits; 0644 by default, 0755 for a folder. */
  readonly mode?: string;
}

const rootOwned = { owner: "root", group: "root" };

/** A package; if it is already installed, its version is left alone. */
export function packageOf(name: string): HostResource {
  return {
    type: "package",
    title: name,
    // With its recommended packages, a Puppet server would pull in a mail server and a desktop's worth of fonts.
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
      /** `false` writes the file only if it does not exist. */
      readonly replace?: boolean;
      /** Whether the content is a secret. */
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

/** A systemd unit in its own file, or a drop-in for one, and a reload of systemd. */
export function unitOf(name: string, content: string, attributes: Metaparameters = {}): HostState {
  const exec = `systemd reads ${name}`;
  const notify = [`Exec[${exec}]`, attributes.notify ?? []].flat();
  return [
    fileOf(`/etc/systemd/system/${name}`, content, { notify }),
    execOf(exec, ["systemctl", "daemon-reload"], { refreshonly: true }),
  ];
}

/** A copy of a file on the same host, such as a key for a service that may not read the original. */
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
      // It may be a key: it must not be in a diff, or, as a backup, in a file bucket.
      show_diff: false,
      backup: false,
      ...attributes,
    },
  };
}

/** A file that must not exist. */
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

/** A command that runs only if its guard allows it. */
export function execOf(
  title: string,
  command: string | readonly string[],
  attributes: Metaparameters & {
    /** The file whose absence makes the command run. */
    readonly creates?: string;
    /** The command runs unless this command succeeds. */
    readonly unless?: string;
    /** The command runs only when another resource notifies it. */
    readonly refreshonly?: boolean;
    /** Seconds the command may take; Puppet's default is 300. */
    readonly timeout?: number;
    /** Whether its output is told also if it succeeds. */
    readonly logoutput?: boolean;
    /** What it replaces: {@link HostResource.replaces}. */
    readonly replaces?: readonly string[];
  },
): HostResource {
  const { replaces = [], ...parameters } = attributes;
  return {
    type: "exec",
    title,
    parameters: {
      command: typeof command === "string" ? command : [...command],
      path: searchPath,
      ...parameters,
    },
    ...(replaces.length > 0 ? { replaces } : {}),
  };
}

/** A user for services, with its own group and a password that nothing matches. */
export function systemUserOf(
  name: string,
  attributes: {
    /** Home directory, which is not created; a nonexistent one by default. */
    readonly home?: string;
    /** Login shell; none by default. */
    readonly shell?: string;
    /** Additional groups, which must exist. */
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

/** A service that runs, and starts at boot. */
export function serviceOf(
  name: string,
  attributes: {
    /** Command that runs instead of a restart when the service is notified, such as a reload. */
    readonly restart?: string;
    /** The TCP ports that it listens on, other than those on the loopback address only. */
    readonly ports?: readonly number[];
  } = {},
): HostResource {
  const { ports = [], ...parameters } = attributes;
  return {
    type: "service",
    title: name,
    parameters: { ensure: "running", enable: true, ...parameters },
    ...(ports.length > 0 ? { ports } : {}),
  };
}

/** Turns a unit off that an earlier deployment turned on. */
export function turnedOff(unit: string): HostState {
  return [
    execOf(`turn ${unit} off`, ["systemctl", "disable", "--now", unit], {
      unless: `sh -c '! systemctl is-enabled --quiet ${unit}'`,
    }),
  ];
}

/**
 * A systemd timer, and the service of the same name that it starts.
 *
 * @param name name of both units, without the suffix
 * @param units content of each unit
 */
export function timerOf(name: string, units: { service: string; timer: string }): HostState {
  return [
    ...unitOf(`${name}.service`, units.service),
    ...unitOf(`${name}.timer`, units.timer, { notify: `Service[${name}.timer]` }),
    serviceOf(`${name}.timer`),
  ];
}

const searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
