package io.bakstripe.protocol.port;

/** Whether this node serves. */
public interface NodeHealth {
    /** True once the node is a member of the cluster, its journal answers and its instances are declared. */
    boolean ready();
}
