import { fileOf, packageOf, timerOf, type HostState } from "../../hosts/host-state.js";
import { renderCrlRefresh, renderCrlService, renderCrlTimer } from "../../templates/crl/crl.js";

/** Seconds between two fetches of the revocation list. */
const interval = 15;

/** Where a script of {@link revocationList} is. */
export const refreshScript = (name: string) => `/usr/local/sbin/${name}`;

/** The script that fetches the CA's revocation list into a file, and the package it needs. */
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
 * The timer that runs the script: a certificate that the CA revokes is refused on this host within a minute.
 *
 * @param args.apply program that makes services load a new list, where they do not watch the file
 */
export function revocationListTimer(args: {
  name: string;
  user: string;
  apply?: string;
}): HostState {
  return timerOf(args.name, {
    service: renderCrlService(args),
    timer: renderCrlTimer({ interval }),
  });
}
