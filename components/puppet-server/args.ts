import type * as pulumi from "@pulumi/pulumi";

/** Sizing of a Puppet Server; omitted values are computed. */
export interface SizingArgs {
  /** JRubies: catalogs compiled at the same time. Default: one less than the cores, or as many as fit into memory. */
  jrubies?: number;
  /** JVM heap in MiB. Default: 512, and 512 to 1024 for each JRuby, depending on the host's size. */
  heap?: number;
  /** JVM code cache in MiB. Default: 512; 1024 from 7 JRubies, 2048 from 13 JRubies. */
  codeCache?: number;
}

/** Sizing of a compiler, and what it does when more is asked of it than it can do. */
export interface CompilerSizingArgs extends SizingArgs {
  /**
   * Requests that wait for a JRuby; a compiler has agents come back later with any further one. 0 lets all wait. Default:
   * 12 for each JRuby, and at most 150.
   */
  maxQueuedRequests?: number;
  /** Seconds after which such an agent comes back at the latest; each is told a random time. Default: 60. */
  maxRetryDelay?: number;
}

/**
 * Keys of hiera-eyaml, with which a Puppet Server decrypts values in Hiera data. They are files in the folder `eyaml` of
 * Puppet's configuration: `private_key.pkcs7.pem` and `public_key.pkcs7.pem`.
 */
export interface EyamlArgs {
  /** The private key: RSA, PEM, without a passphrase. */
  privateKey: pulumi.Input<string>;
  /** What `eyaml createkeys` calls the public key: a certificate, PEM. */
  publicKey: string;
}

/** Gems of a Puppet Server's Ruby, which code may need that is compiled. */
export interface ServerGemsArgs {
  /** The gems, as `NAME` or `NAME:VERSION`; none by default. Without a version, any that is there will do. */
  install?: string[];
  /** URL of a gem mirror; the default source of the command `gem` by default. */
  source?: string | undefined;
  /** URL of a proxy; none by default. */
  proxy?: string | undefined;
}

/** What Puppet code needs on every server that compiles it. */
export interface CodeNeeds {
  /** Keys for encrypted values in Hiera data; none by default. */
  eyaml?: EyamlArgs | undefined;
  /** Gems of Puppet Server's Ruby; none by default. A server on which one cannot be installed does not serve. */
  serverGems?: ServerGemsArgs;
}
