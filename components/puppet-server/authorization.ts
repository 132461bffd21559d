import type { Distribution } from "../../distributions/index.js";
import { execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import {
  renderAuthorization,
  renderAuthorizationScript,
  type AuthorizationRule,
} from "../../templates/puppetserver/authorization.js";

/** The script that keeps the rules in auth.conf, and the file that it takes them from. */
export const authorizationScript = "/usr/local/sbin/puppet-authorization";
export const authorizationRules = "/usr/local/share/puppet-authorization.conf";

/** What decides who may ask a Puppet Server for what. */
export interface AuthorizationArgs {
  /** The server's own name: its certificate has rights that no other has. */
  readonly fqdn: string;
  /** Whether code deployment manages the environments. */
  readonly deployedCode: boolean;
}

/**
 * Rules of the main server. It compiles a catalog for nobody but itself: whatever is compiled there runs as the user who
 * can read the CA's key, and who may push code chooses what is compiled. Agents get certificates and the CRL.
 *
 * @param args.smartProxy whether Foreman's smart proxy, which presents the server's own certificate, lists classes
 */
export function mainServerRules(
  args: AuthorizationArgs & { readonly smartProxy: boolean },
): AuthorizationRule[] {
  const { fqdn, smartProxy } = args;
  const own = fqdn.replaceAll(".", "\\.");
  return [
    ...rulesOfAll(args),
    {
      // As packaged, anyone may read a stored request and the pre-shared key in it. Agents only send theirs.
      name: "stored requests are for nobody",
      path: "/puppet-ca/v1/certificate_request",
      methods: ["get"],
      order: 400,
    },
    ownOnly(fqdn, "expirations are for this server", "/puppet-ca/v1/expirations", ["get"]),
    {
      name: "this server's own catalog, node and report",
      regex: `^/puppet/v3/(catalog|node|report)/${own}$`,
      methods: ["get", "post", "put"],
      allow: fqdn,
      order: 410,
    },
    {
      name: "files and environments are for this server",
      regex: "^/puppet/v3/(environments$|(file_content|file_metadatas?|static_file_content)/)",
      methods: ["get", "post"],
      allow: fqdn,
      order: 410,
    },
    ...(smartProxy
      ? [
          ownOnly(
            fqdn,
            "classes are for the smart proxy",
            "/puppet/v3/environment_classes",
            ["get"],
            410,
          ),
        ]
      : []),
    // After the exceptions above, before what the package lets every agent do.
    { name: "agents get nothing else here", path: "/puppet/", order: 450 },
  ];
}

/**
 * Rules of a compiler.
 *
 * @param args.fileBucket whether agents may store files on it and read them, for `puppet filebucket`
 */
export function compilerRules(
  args: AuthorizationArgs & { readonly fileBucket: boolean },
): AuthorizationRule[] {
  return [
    ...rulesOfAll(args),
    // It compiles catalogs before agents ask it. As packaged, nobody may have one of another node.
    ownOnly(args.fqdn, "catalogs to warm up are for this server", "/puppet/v4/catalog", ["post"]),
    ...(args.fileBucket
      ? []
      : [
          {
            // Any agent could fill the disk, and read what the others stored. Agents keep their backups themselves.
            name: "the file bucket is for nobody",
            path: "/puppet/v3/file_bucket_file",
            order: 400,
          },
        ]),
  ];
}

/** Rules of every Puppet Server. */
function rulesOfAll({ fqdn, deployedCode }: AuthorizationArgs): AuthorizationRule[] {
  return [
    {
      // The package's rules compare names without regard to case: each spelling would be a node of its own.
      name: "names of nodes are in lower case",
      regex: "^/puppet/v[34]/(catalog|node|report)/.*[A-Z]",
      order: 400,
    },
    {
      // As packaged, who has a name's certificate may store facts at any time, whatever they say. Runs need this for
      // nothing: they send theirs with the request for a catalog.
      name: "facts come with a request for a catalog",
      path: "/puppet/v3/facts",
      order: 400,
    },
    // As packaged, it tells anyone the names of classes and resources. Health checks use /status/v1/simple.
    ownOnly(fqdn, "details of the state are for this server", "/status/v1/services", ["get"]),
    ...(deployedCode
      ? [
          // Puppet Server caches environments until then.
          ownOnly(
            fqdn,
            "environments are read anew after a deploy",
            "/puppet-admin-api/v1/environment-cache",
            ["delete"],
          ),
        ]
      : []),
  ];
}

/** A rule that lets a server's own certificate, and no other, do something. */
function ownOnly(
  fqdn: string,
  name: string,
  path: string,
  methods: AuthorizationRule["methods"],
  order = 400,
): AuthorizationRule {
  return { name, path, methods, allow: fqdn, order };
}

/**
 * Keeps rules in Puppet Server's packaged auth.conf, before the package's own: the list of rules belongs to the package,
 * and a second file would replace all of it. Fails if auth.conf has no list to add to.
 */
export function authorization(
  distribution: Distribution,
  rules: readonly AuthorizationRule[],
): HostState {
  const { paths, services } = distribution;
  const authConf = `${paths.serverConfdir}/auth.conf`;
  return [
    fileOf(authorizationRules, renderAuthorization(rules)),
    fileOf(
      authorizationScript,
      renderAuthorizationScript({
        authConf,
        rules: authorizationRules,
      }),
      { mode: "0755" },
    ),
    execOf("Puppet Server answers whom it should", [authorizationScript], {
      unless: `${authorizationScript} --check`,
      replaces: [authConf],
      notify: `Service[${services.server}]`,
    }),
  ];
}
