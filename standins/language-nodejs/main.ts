import languageRpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { serveToEngine } from "../framework/serve.js";
import { languageService } from "./service.js";

// The language host of Node.js programs: runs the program for the engine.
serveToEngine(languageRpc.LanguageRuntimeService, languageService(process.argv.at(-1) ?? ""));
