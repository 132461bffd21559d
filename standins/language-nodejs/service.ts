import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb.js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import { unary } from "../framework/service.js";
import { runProgram } from "./program.js";

/** The LanguageRuntime service, for an engine at `engineAddress`: what an update or a preview asks for. */
export function languageService(engineAddress: string): UntypedServiceImplementation {
  return {
    getPluginInfo: unary(async () => {
      const response = new pluginMessages.PluginInfo();
      response.setVersion("0.0.0");
      return response;
    }),

    // The engine looks for the plugins of resources when it meets them.
    getRequiredPackages: unary(async () => new messages.GetRequiredPackagesResponse()),
    getRequiredPlugins: unary(async () => new messages.GetRequiredPluginsResponse()),

    run: unary(async (request: RunRequest) => {
      const { error, bail } = await runProgram(request, engineAddress);
      const response = new messages.RunResponse();
      response.setError(error);
      response.setBail(bail);
      return response;
    }),
  };
}
