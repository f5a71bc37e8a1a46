/**
 * The managed servers of one host: their data directories, processes, ports and logins, and the agent that the cluster speaks to about them. The
 * disk is the only memory: {@code server.json} beside each data directory says how far a server has come.
 */
@NullMarked
package io.bakstripe.worker.host;

import org.jspecify.annotations.NullMarked;
