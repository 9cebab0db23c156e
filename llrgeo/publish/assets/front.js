// An address with a reader's choices in it belongs to the explorer, which reads them.
"use strict";

if (window.location.hash.includes("=")) window.location.replace(`explorer.html${window.location.hash}`);
