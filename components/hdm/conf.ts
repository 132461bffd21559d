import * as pulumi from "@pulumi/pulumi";
import { hdmFiles, ldapPort, renderHdmConf, type HdmLdap } from "../../templates/hdm/hdm.js";
import { withDefaults, type WithDistribution } from "../arguments.js";
import { defaults } from "../defaults.js";
import type { HdmArgs, HdmLdapArgs } from "./args.js";

/** Content of hdm.yml. */
export function hdmConf({
  queryUrl,
  distribution,
  ldap,
  saml,
}: WithDistribution<HdmArgs>): pulumi.Output<string> {
  return pulumi.output(ldap?.bindPassword).apply((bindPassword) =>
    renderHdmConf({
      puppetdbUrl: queryUrl,
      codedir: distribution.paths.codedir,
      ldap: ldap && ldapOf(ldap, bindPassword),
      saml,
    }),
  );
}

function ldapOf(args: HdmLdapArgs, bindPassword: string | undefined): HdmLdap {
  const argsWithDefaults = withDefaults(args, defaults.hdm);
  return {
    ...argsWithDefaults,
    bindPassword,
    port: ldapPort(argsWithDefaults),
    caFile: args.caCertificate === undefined ? undefined : hdmFiles.ldapCa,
  };
}
