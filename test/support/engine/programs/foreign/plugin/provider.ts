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

// The SDK reads the components' types beside this file, and makes what a program asks for by its token.
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
