import { componentProviderHost } from "@pulumi/pulumi/provider/experimental/index.js";
import {
  CaCertificate,
  Compiler,
  CompilerPool,
  LoadBalancer,
  PuppetDb,
  PuppetInfrastructure,
  Webhook,
} from "../../../../../../components/index.js";

// The SDK reads the components' types next to this file, and creates components by their tokens.
await componentProviderHost({
  name: "puppet",
  dirname: import.meta.dirname,
  components: [
    CaCertificate,
    Compiler,
    CompilerPool,
    LoadBalancer,
    PuppetDb,
    PuppetInfrastructure,
    Webhook,
  ],
});
