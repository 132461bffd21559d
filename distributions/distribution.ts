/** Paths and names in one packaging of Puppet. */
export interface Distribution {
  /** Its name in the stack's setting `distribution`. */
  readonly name: DistributionName;
  /** The package repository to add before anything is installed; absent if the system has the packages. */
  readonly repository?: Repository;
  readonly packages: {
    readonly agent: string;
    readonly server: string;
    /** PuppetDB, in installation order: what keeps a package from creating its own database comes first. */
    readonly puppetdb: readonly string[];
    /** What a Puppet server needs to talk to PuppetDB. */
    readonly puppetdbTermini: string;
    /** Gems for Puppet Server that its package lacks, to decrypt data with eyaml. */
    readonly eyaml?: PackagedGems;
  };
  readonly paths: {
    /** The Ruby that runs Puppet, and so also the autosign policy: it is installed wherever Puppet is. */
    readonly ruby: string;
    readonly puppet: string;
    /** Puppet Server's command-line tool, with `ca setup` and similar commands. */
    readonly puppetserver: string;
    /** puppet.conf, csr_attributes.yaml. */
    readonly confdir: string;
    /** Certificates and keys of the host. {@link users.puppet}, which runs Puppet Server, owns this folder. */
    readonly ssldir: string;
    /** Keys and inventory of the CA, on the main server only. */
    readonly cadir: string;
    readonly codedir: string;
    /** HOCON files of Puppet Server, merged in the order of their names. */
    readonly serverConfdir: string;
    /** Which services Puppet Server starts: `ca.cfg` switches its CA on or off. */
    readonly serverServicesdir: string;
    readonly serverVardir: string;
    readonly serverLogdir: string;
    readonly serverRundir: string;
    /** Gems of Puppet Server's Ruby that were added to it; in a folder of {@link users.puppet}. */
    readonly serverGems: string;
    /** Gems of Puppet Server's Ruby that packages bring. */
    readonly packagedServerGems: readonly string[];
    /** The service's environment file with JAVA_ARGS; {@link puppetserver} reads it too. */
    readonly serverDefaults: string;
    /** PuppetDB's configuration folder; the INI and HOCON files in its `conf.d` are merged. */
    readonly puppetdbConfdir: string;
    /** Where PuppetDB's service logs. */
    readonly puppetdbLogdir: string;
    /** The environment file of PuppetDB's service with JAVA_ARGS. */
    readonly puppetdbDefaults: string;
  };
  readonly users: {
    /** Runs Puppet Server, and owns its keys and the CA. */
    readonly puppet: string;
    /** Runs PuppetDB. */
    readonly puppetdb: string;
    /** Owns {@link paths.ssldir} on a host without Puppet Server. */
    readonly agent: string;
  };
  readonly services: {
    readonly agent: string;
    readonly server: string;
    readonly puppetdb: string;
  };
}

/** Gems in a package, which Puppet Server's Ruby does not find by itself. */
export interface PackagedGems {
  /** The package; it brings all of the gems. */
  readonly package: string;
  /** The gems, without their versions. */
  readonly gems: readonly string[];
  /** The folder where packages have their gems. */
  readonly folder: string;
}

/** Where the Puppet packages come from. */
export const DistributionName = {
  /** Debian's own packages, from Debian 13 on. */
  Debian: "debian",
  /** OpenVox 8, from its own repository. */
  OpenVox8: "openvox8",
  /** OpenVox 9, from its own repository. */
  OpenVox9: "openvox9",
} as const;
export type DistributionName = (typeof DistributionName)[keyof typeof DistributionName];

/** An APT repository with a pinned signing key: nothing is trusted just because a server sent it. */
export interface Repository {
  readonly url: string;
  /** Component of the repository, which follows the suite; the suite is that of the system, such as `debian13`. */
  readonly component: string;
  /** ASCII-armoured public key; its fingerprint is {@link fingerprint}. */
  readonly key: string;
  /** Fingerprint of the key, 40 hexadecimal digits. */
  readonly fingerprint: string;
}
