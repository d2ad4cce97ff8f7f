// Draws Vega-Lite specs under a strict content policy: expressions are interpreted, no style is injected.
import embed from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import chartConfig from "../chart-config.json";

/** Draw one spec into a container and return a function that releases it. */
export async function draw(container, spec) {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const { finalize } = await embed(container, spec, {
    actions: false,
    ast: true,
    expr: expressionInterpreter,
    renderer: "svg",
    defaultStyle: false,
    tooltip: false,
    hover: !reduced,
    config: chartConfig,
    loader: { http: { credentials: "same-origin" } },
  });
  return finalize;
}
