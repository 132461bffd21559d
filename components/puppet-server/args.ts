/** Sizing of a Puppet Server; what is left out is computed. */
export interface SizingArgs {
  /** JRubies: catalogs compiled at the same time. Default: one less than the cores, as many as the memory carries. */
  jrubies?: number;
  /** JVM heap in MiB. Default: 512 and 512 to 1024 for each JRuby, more on larger hosts. */
  heap?: number;
  /** JVM code cache in MiB. Default: 512, from 7 JRubies 1024, from 13 on 2048. */
  codeCache?: number;
}
