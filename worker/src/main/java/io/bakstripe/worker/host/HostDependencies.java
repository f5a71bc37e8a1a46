package io.bakstripe.worker.host;

/**
 * What a host's agent works with.
 *
 * @param servers the servers of this host
 * @param blockingDispatcher path of the dispatcher that blocking work runs on
 */
public record HostDependencies(ManagedServers servers, String blockingDispatcher) {
    /** With the dispatcher that all blocking work of a worker node shares. */
    public HostDependencies(ManagedServers servers) {
        this(servers, "bakstripe.worker.blocking-dispatcher");
    }
}
