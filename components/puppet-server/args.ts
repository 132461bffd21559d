/** Sizing of a Puppet Server; omitted values are computed. */
export interface SizingArgs {
  /** JRubies: catalogs compiled at the same time. Default: one less than the cores, or as many as fit into memory. */
  jrubies?: number;
  /** JVM heap in MiB. Default: 512, and 512 to 1024 for each JRuby, depending on the host's size. */
  heap?: number;
  /** JVM code cache in MiB. Default: 512; 1024 from 7 JRubies, 2048 from 13 JRubies. */
  codeCache?: number;
}
