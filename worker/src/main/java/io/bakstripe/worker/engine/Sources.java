package io.bakstripe.worker.engine;

import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Knows where a database is: a declared one from this node's configuration, a managed one from the agent of its host. */
public interface Sources {
    /** Fails with {@code DATABASE_UNKNOWN}, {@code HOST_UNAVAILABLE}, {@code CLUSTER_TIMEOUT} or as the host's agent answers. */
    CompletionStage<SourceAddress> resolve(InstanceView view, DatabaseRef database);

    /** What is restored to the instance goes there; empty when it has no host. Fails with {@code HOST_UNAVAILABLE} or as the host's agent answers. */
    CompletionStage<Optional<RestoreHost>> host(InstanceView view);

    /** The engine that the instance's databases run on; throws {@code ENGINE_FAILED} for a name that no engine has. */
    Engine engine(InstanceView view);
}
