import { ApolloProvider } from "@apollo/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Route, Routes } from "react-router";

import { createClient } from "./client";
import { HomePage } from "./pages/Home";
import { PlayPage } from "./pages/Play";
import { SearchPage } from "./pages/Search";
import { SignInPage } from "./pages/SignIn";
import { TitlePage } from "./pages/Title";
import { Shell } from "./Shell";
import "./style.css";

async function start(): Promise<void> {
  const config = (await (await fetch("/config.json")).json()) as { graphqlUrl: string };
  const client = createClient(config.graphqlUrl);
  const root = document.getElementById("root");
  if (root === null) throw new Error("index.html has no element #root");
  createRoot(root).render(
    <StrictMode>
      <ApolloProvider client={client}>
        <BrowserRouter>
          <Routes>
            <Route element={<Shell />}>
              <Route index element={<HomePage />} />
              <Route path="search" element={<SearchPage />} />
              <Route path="title/:id" element={<TitlePage />} />
              <Route path="play/:id" element={<PlayPage />} />
              <Route path="sign-in" element={<SignInPage />} />
            </Route>
          </Routes>
        </BrowserRouter>
      </ApolloProvider>
    </StrictMode>,
  );
}

void start();
