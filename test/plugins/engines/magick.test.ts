import magick from "../../../plugins/engines/magick.ts";
import { engineContract } from "../../contract/engine.ts";
import { makeHost } from "../../contract/host.ts";

engineContract(magick, makeHost);
