/** Where one packaging of Puppet puts things, and what it calls them. */
export interface Distribution {
  /** What the stack's setting `distribution` calls it. */
  readonly name: DistributionName;
  /** The package repository to add before anything is installed; absent when the system carries the packages. */
  readonly repository?: Repository;
  readonly packages: {
    readonly agent: string;
    readonly server: string;
    /** PuppetDB, in the order to install: what keeps a package from making a database of its own comes first. */
    readonly puppetdb: readonly string[];
    /** What a Puppet server needs to talk to PuppetDB. */
    readonly puppetdbTermini: string;
  };
  readonly paths: {
    /** Ruby that runs Puppet, and so the autosign policy: always installed where Puppet is. */
    readonly ruby: string;
    readonly puppet: string;
    /** Puppet Server's command line, with `ca setup` and its kin. */
    readonly puppetserver: string;
    /** puppet.conf, csr_attributes.yaml. */
    readonly confdir: string;
    /** Certificates and keys of the host. Puppet Server runs as {@link users.puppet}, so it must own this folder. */
    readonly ssldir: string;
    /** Keys and inventory of the certificate authority, on the main server only. */
    readonly cadir: string;
    readonly codedir: string;
    /** HOCON files of Puppet Server, merged in the order of their names. */
    readonly serverConfdir: string;
    /** Which services Puppet Server starts: `ca.cfg` switches its CA on or off. */
    readonly serverServicesdir: string;
    readonly serverVardir: string;
    readonly serverLogdir: string;
    readonly serverRundir: string;
    /** Environment file of the service with JAVA_ARGS; also read by {@link puppetserver}. */
    readonly serverDefaults: string;
    /** Folder of PuppetDB; its `conf.d` has INI and HOCON files, merged. */
    readonly puppetdbConfdir: string;
    /** Where PuppetDB's service logs. */
    readonly puppetdbLogdir: string;
    /** Environment file of PuppetDB's service with JAVA_ARGS. */
    readonly puppetdbDefaults: string;
  };
  readonly users: {
    /** Owner of Puppet Server's process, keys and CA. */
    readonly puppet: string;
    /** PuppetDB's process. */
    readonly puppetdb: string;
  };
  readonly services: {
    readonly agent: string;
    readonly server: string;
    readonly puppetdb: string;
  };
}

/** Where the packages of Puppet come from. */
export const DistributionName = {
  /** Debian's own packages, from Debian 13 on. */
  Debian: "debian",
  /** OpenVox 8, from its own repository. */
  OpenVox8: "openvox8",
  /** OpenVox 9, from its own repository. */
  OpenVox9: "openvox9",
} as const;
export type DistributionName = (typeof DistributionName)[keyof typeof DistributionName];

/** An APT repository whose signing key is pinned: nothing is trusted because a server sent it. */
export interface Repository {
  readonly url: string;
  /** Component of the repository, after the suite; the suite is the system's own, such as `debian13`. */
  readonly component: string;
  /** ASCII-armoured public key; its fingerprint is {@link fingerprint}. */
  readonly key: string;
  /** Fingerprint of the key, 40 hexadecimal digits. */
  readonly fingerprint: string;
}
