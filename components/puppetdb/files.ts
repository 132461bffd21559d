import type { Distribution } from "../../distributions/index.js";

/** Name of the script and units that fetch the CRL. */
export const crlRefresh = "puppetdb-crl-refresh";

/** Files of PuppetDB that its package does not have. */
export function filesOf({ paths }: Distribution) {
  const ssldir = `${paths.puppetdbConfdir}/ssl`;
  const crlFolder = `${ssldir}/crl`;
  return {
    ssldir,
    crlFolder,
    crl: `${crlFolder}/crl.pem`,
    /** The CRL that was loaded last. */
    loaded: `${ssldir}/loaded-crl.pem`,
    allowlist: `${paths.puppetdbConfdir}/certificate-allowlist`,
    /** The names that stay in it. */
    servers: `${paths.puppetdbConfdir}/servers`,
  };
}
