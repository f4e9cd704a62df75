-- One database a service; the server's user owns them all.
CREATE DATABASE registry;
CREATE DATABASE search;
CREATE DATABASE catalog;
CREATE DATABASE member;
CREATE DATABASE billing;
CREATE DATABASE playback;
CREATE DATABASE recommendations;
CREATE DATABASE artwork;
