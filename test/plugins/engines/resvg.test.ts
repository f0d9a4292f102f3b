import resvg from "../../../plugins/engines/resvg.ts";
import { engineContract } from "../../contract/engine.ts";
import { makeHost } from "../../contract/host.ts";

engineContract(resvg, makeHost);
