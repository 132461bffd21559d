import {
  fileOf,
  packageOf,
  timerOf,
  type HostResource,
  type HostState,
} from "../../hosts/host-state.js";
import {
  crlTell,
  renderCrlRefresh,
  renderCrlService,
  renderCrlTell,
  renderCrlTimer,
} from "../../templates/crl/crl.js";

/** Seconds between two fetches of the CRL. */
export const revocationInterval = 15;

/** Path of a script of {@link revocationList}. */
export const refreshScript = (name: string) => `/usr/local/sbin/${name}`;

/** The script that fetches the CA's CRL into a file, and the package it needs. */
export function revocationListScript(args: {
  name: string;
  list: string;
  caFile: string;
  caServer: string;
}): HostState {
  return [
    packageOf("curl"),
    fileOf(refreshScript(args.name), renderCrlRefresh(args), { mode: "0755" }),
  ];
}

/**
 * The timer that runs the script: this host rejects a revoked certificate within a minute.
 *
 * @param args.apply program that has services load a new CRL, where they do not watch the file themselves
 */
export function revocationListTimer(args: {
  name: string;
  user: string;
  apply?: string;
}): HostState {
  return [
    revocationListTold(),
    ...timerOf(args.name, {
      service: renderCrlService(args),
      timer: renderCrlTimer({ interval: revocationInterval }),
    }),
  ];
}

/** The script that tells why a timer's unit fails. */
export const revocationListTold = (): HostResource =>
  fileOf(crlTell, renderCrlTell(), { mode: "0755" });
