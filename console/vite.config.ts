import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The router serves the page at /graphql and everything it loads below /_graphiql/.
export default defineConfig({
  root: "graphiql",
  base: "/_graphiql/",
  plugins: [react()],
  worker: { format: "es" },
  server: { proxy: { "/graphql": "http://127.0.0.1:4000" } },
  build: {
    outDir: "../../router/reelgraph_router/pages/graphiql",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 8000,
  },
});
