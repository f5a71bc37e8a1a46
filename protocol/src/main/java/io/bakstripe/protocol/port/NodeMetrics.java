package io.bakstripe.protocol.port;

import java.util.concurrent.CompletionStage;

/** What this node measures, for a monitoring system. */
public interface NodeMetrics {
    /**
     * All measurements in Prometheus' text format, as they are now. A part of the cluster that does not answer leaves its measurements out, so that the
     * others are still seen.
     */
    CompletionStage<String> text();
}
