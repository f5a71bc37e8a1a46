package io.bakstripe.worker.engine;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.DeclaredDatabase;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds declared databases in the instance's definition and managed ones through the agent of their host. */
public final class ConfiguredSources implements Sources {
    private final Map<String, Engine> engines;
    private final Credentials credentials;
    private final HostAgents agents;

    public ConfiguredSources(List<Engine> engines, Credentials credentials, HostAgents agents) {
        this.engines = engines.stream().collect(Collectors.toUnmodifiableMap(Engine::name, Function.identity()));
        this.credentials = credentials;
        this.agents = agents;
    }

    /**
     * Reaches agents as sharded entities; every host's entity type must have been initialised on this node, as its agent or as a proxy.
     *
     * @param timeout how long an agent may take to answer
     */
    public static HostAgents throughSharding(ClusterSharding sharding, Duration timeout) {
        return new HostAgents() {
            @Override
            public CompletionStage<HostReply> connect(HostName host, DatabaseRef database) {
                return ask(host, replyTo -> new HostCommand.Connect(database, replyTo));
            }

            @Override
            public CompletionStage<HostReply> describe(HostName host) {
                return ask(host, HostCommand.Describe::new);
            }

            private CompletionStage<HostReply> ask(
                    HostName host, akka.japi.function.Function<ActorRef<HostReply>, HostCommand> command) {
                return sharding.entityRefFor(HostCommand.key(host), host.value())
                        .ask(command, timeout);
            }
        };
    }

    @Override
    public CompletionStage<Optional<RestoreHost>> host(InstanceView view) {
        Optional<HostName> host = view.definition().host();
        if (host.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return agents.describe(host.get()).handle((reply, failure) -> {
            if (answer(host.get(), reply, failure) instanceof HostReply.Described known) {
                return Optional.of(
                        new RestoreHost(host.get(), new EngineVersions(known.versions()), known.freeBytes()));
            }
            throw BackupError.PROTOCOL_BROKEN.problem(reply).asException();
        });
    }

    @Override
    public CompletionStage<SourceAddress> resolve(InstanceView view, DatabaseRef database) {
        InstanceDefinition instance = view.definition();
        Optional<String> declared = instance.database(database.folded()).flatMap(DeclaredDatabase::jdbcUrl);
        if (declared.isPresent()) {
            return declared(declared.get(), database);
        }
        return instance.host()
                .map(host -> managed(host, database))
                .orElseGet(() -> CompletableFuture.failedFuture(BackupError.DATABASE_UNKNOWN
                        .problem(database.folded(), database.instance())
                        .asException()));
    }

    @Override
    public Engine engine(InstanceView view) {
        String name = view.definition().engine();
        Engine engine = engines.get(name);
        if (engine == null) {
            throw BackupError.ENGINE_FAILED
                    .problem(view.name(), "no engine is called '" + name + "'")
                    .withHint("Known engines: " + String.join(", ", engines.keySet()) + ".")
                    .asException();
        }
        return engine;
    }

    private CompletionStage<SourceAddress> declared(String jdbcUrl, DatabaseRef database) {
        return credentials
                .of(database.instance(), database.folded())
                .map(login ->
                        CompletableFuture.completedFuture(new SourceAddress(jdbcUrl, login.user(), login.password())))
                .orElseGet(() -> CompletableFuture.failedFuture(BackupError.DATABASE_LOGIN_REFUSED
                        .problem(database.folded(), "this node's configuration has no user and password for it")
                        .asException()));
    }

    private CompletionStage<SourceAddress> managed(HostName host, DatabaseRef database) {
        return agents.connect(host, database).handle((reply, failure) -> {
            if (answer(host, reply, failure) instanceof HostReply.Connected connected) {
                ServerConnection server = connected.connection();
                return new SourceAddress(server.jdbcUrl(), server.user(), server.password(), connected.recoveryFork());
            }
            throw BackupError.PROTOCOL_BROKEN.problem(reply).asException();
        });
    }

    private static HostReply answer(HostName host, @Nullable HostReply reply, @Nullable Throwable failure) {
        if (failure != null) {
            throw timedOut(failure)
                    ? BackupError.HOST_UNAVAILABLE.problem(host).asException(failure)
                    : new BakstripeException(Problem.of(failure), failure);
        }
        if (reply instanceof HostReply.Failed failed) {
            throw failed.problem().asException();
        }
        if (reply == null) {
            throw BackupError.PROTOCOL_BROKEN.problem("no reply").asException();
        }
        return reply;
    }

    private static boolean timedOut(Throwable failure) {
        return failure instanceof TimeoutException || failure.getCause() instanceof TimeoutException;
    }

    /** Asks a host's agent. Everything fails with {@link TimeoutException} when none answers. */
    public interface HostAgents {
        /** How to reach a managed server. */
        CompletionStage<HostReply> connect(HostName host, DatabaseRef database);

        /** What the host offers to databases that are to be restored there. */
        CompletionStage<HostReply> describe(HostName host);
    }
}
