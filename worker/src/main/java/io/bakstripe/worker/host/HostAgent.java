package io.bakstripe.worker.host;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.message.HostMessage;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.host.ManagedServers.Adoption;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Speaks for the managed servers of one host: does one thing at a time for each database, everything that blocks on the blocking dispatcher.
 *
 * <p>Lives from the start of its host's node, when it finds its servers again, to the node's end. It remembers nothing: the disk does. Servers go on
 * running without it. A {@link HostReply.Failed} says why a command had no success; every command may be sent again.
 */
public final class HostAgent extends AbstractBehavior<HostMessage> {

    /** Something for a database has been done, well or not. */
    private record Done(DatabaseRef database, ActorRef<HostReply> replyTo, HostReply reply) implements HostMessage {}

    private record Adopted(
            List<Adoption> adoptions, @Nullable Throwable failure) implements HostMessage {}

    /** What a look at a database said while something was being done with it. */
    private record Glanced(Job job, Optional<HostReply> reply) implements HostMessage {}

    private record Job(DatabaseRef database, ActorRef<HostReply> replyTo, Supplier<HostReply> work) {}

    /**
     * Starts the agent of this node's host, and with it the host's servers. To be called on the node that carries the host's role; other nodes call
     * {@link #proxy}.
     */
    public static ActorRef<ShardingEnvelope<HostCommand>> init(
            ClusterSharding sharding, ActorSystem<?> system, HostName host, HostDependencies dependencies) {
        ActorRef<ShardingEnvelope<HostCommand>> region =
                sharding.init(Entity.of(HostCommand.key(host), context -> create(dependencies))
                        .withRole(host.role()));
        sharding.entityRefFor(HostCommand.key(host), host.value()).tell(new HostCommand.Wake());
        if (dependencies.servers().stopsWithNode()) {
            Executor blocking =
                    system.dispatchers().lookup(DispatcherSelector.fromConfig(dependencies.blockingDispatcher()));
            CoordinatedShutdown.get(system)
                    .addTask(
                            CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                            "stop-managed-servers",
                            () -> CompletableFuture.supplyAsync(
                                    () -> {
                                        dependencies.servers().stopAll();
                                        return akka.Done.done();
                                    },
                                    blocking));
        }
        return region;
    }

    /** Lets a node without the host's role speak to the host's agent. */
    public static ActorRef<ShardingEnvelope<HostCommand>> proxy(ClusterSharding sharding, HostName host) {
        return sharding.init(Entity.of(HostCommand.key(host), context -> Behaviors.<HostCommand>empty())
                .withRole(host.role()));
    }

    /** The agent's behaviour. */
    static Behavior<HostCommand> create(HostDependencies dependencies) {
        return Behaviors.<HostMessage>setup(context -> new HostAgent(context, dependencies))
                .narrow();
    }

    private final ManagedServers servers;
    private final Executor blocking;
    /** What waits behind the running job of each database; a database without a running job has no entry. */
    private final Map<DatabaseRef, Queue<Job>> waiting = new HashMap<>();

    private HostAgent(ActorContext<HostMessage> context, HostDependencies dependencies) {
        super(context);
        this.servers = dependencies.servers();
        this.blocking = context.getSystem()
                .dispatchers()
                .lookup(DispatcherSelector.fromConfig(dependencies.blockingDispatcher()));
        context.pipeToSelf(
                CompletableFuture.supplyAsync(servers::adoptAll, blocking),
                (adoptions, failure) -> new Adopted(adoptions == null ? List.of() : adoptions, failure));
    }

    @Override
    public Receive<HostMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(HostCommand.Wake.class, wake -> this)
                .onMessage(HostCommand.Describe.class, this::onDescribe)
                .onMessage(HostCommand.Connect.class, this::onConnect)
                .onMessage(HostCommand.Prepare.class, this::onPrepare)
                .onMessage(HostCommand.Keep.class, this::onKeep)
                .onMessage(HostCommand.StandBy.class, this::onStandBy)
                .onMessage(HostCommand.Open.class, this::onOpen)
                .onMessage(HostCommand.Discard.class, this::onDiscard)
                .onMessage(HostCommand.Drop.class, this::onDrop)
                .onMessage(HostCommand.DropKept.class, this::onDropKept)
                .onMessage(HostCommand.SwapBack.class, this::onSwapBack)
                .onMessage(Glanced.class, this::onGlanced)
                .onMessage(Done.class, this::onDone)
                .onMessage(Adopted.class, this::onAdopted)
                .build();
    }

    private Behavior<HostMessage> onDescribe(HostCommand.Describe ask) {
        CompletableFuture.<HostReply>supplyAsync(
                        () -> new HostReply.Described(servers.engineVersions().versions(), servers.freeBytes()),
                        blocking)
                .exceptionally(failure -> new HostReply.Failed(Problem.of(failure)))
                .thenAccept(ask.replyTo()::tell);
        return this;
    }

    private Behavior<HostMessage> onConnect(HostCommand.Connect ask) {
        Job job = new Job(
                ask.database(), ask.replyTo(), () -> connected(ask.database(), servers.connect(ask.database())));
        if (!waiting.containsKey(ask.database())) {
            return enqueue(job);
        }
        // A database is served while its replacement rolls forward, which may take long.
        getContext()
                .pipeToSelf(
                        CompletableFuture.supplyAsync(
                                () -> servers.running(ask.database()).map(found -> connected(ask.database(), found)),
                                blocking),
                        (reply, failure) -> new Glanced(job, reply == null ? Optional.empty() : reply));
        return this;
    }

    private Behavior<HostMessage> onGlanced(Glanced glanced) {
        if (glanced.reply().isEmpty()) {
            return enqueue(glanced.job());
        }
        glanced.job().replyTo().tell(glanced.reply().get());
        return this;
    }

    private Behavior<HostMessage> onPrepare(HostCommand.Prepare ask) {
        return enqueue(new Job(
                ask.database(),
                ask.replyTo(),
                () -> new HostReply.Prepared(
                        servers.prepare(ask.database(), ask.attempt(), ask.kind(), ask.position())
                                .toString(),
                        servers.engineVersions().versions())));
    }

    private Behavior<HostMessage> onKeep(HostCommand.Keep ask) {
        return enqueue(new Job(
                ask.database(),
                ask.replyTo(),
                () -> new HostReply.Kept(servers.keep(ask.database(), ask.display(), ask.attempt(), ask.step()))));
    }

    private Behavior<HostMessage> onStandBy(HostCommand.StandBy ask) {
        return enqueue(new Job(
                ask.database(), ask.replyTo(), () -> connected(ask.database(), servers.standBy(ask.database()))));
    }

    private Behavior<HostMessage> onOpen(HostCommand.Open ask) {
        return enqueue(new Job(
                ask.database(),
                ask.replyTo(),
                () -> connected(
                        ask.database(), servers.open(ask.database(), ask.display(), ask.attempt(), ask.dbname()))));
    }

    private Behavior<HostMessage> onDiscard(HostCommand.Discard ask) {
        return enqueue(new Job(
                ask.database(),
                ask.replyTo(),
                () -> new HostReply.Discarded(servers.discard(ask.database(), ask.attempt()))));
    }

    private Behavior<HostMessage> onDrop(HostCommand.Drop ask) {
        return enqueue(new Job(ask.database(), ask.replyTo(), () -> {
            servers.drop(ask.database());
            return new HostReply.Dropped();
        }));
    }

    private Behavior<HostMessage> onDropKept(HostCommand.DropKept ask) {
        return enqueue(new Job(ask.database(), ask.replyTo(), () -> {
            servers.dropKept(ask.database());
            return new HostReply.Dropped();
        }));
    }

    private Behavior<HostMessage> onSwapBack(HostCommand.SwapBack ask) {
        return enqueue(new Job(ask.database(), ask.replyTo(), () -> {
            Optional<Problem> problem = servers.swapBack(ask.database(), ask.fork());
            return new HostReply.Swapped(servers.kept(ask.database()), problem);
        }));
    }

    private HostReply connected(DatabaseRef database, ServerConnection connection) {
        return new HostReply.Connected(
                connection, servers.recoveryFork(database).map(UUID::toString), servers.kept(database));
    }

    private Behavior<HostMessage> enqueue(Job job) {
        Queue<Job> line = waiting.get(job.database());
        if (line == null) {
            waiting.put(job.database(), new ArrayDeque<>());
            start(job);
        } else {
            line.add(job);
        }
        return this;
    }

    private void start(Job job) {
        getContext()
                .pipeToSelf(
                        CompletableFuture.supplyAsync(job.work(), blocking),
                        (reply, failure) -> new Done(
                                job.database(),
                                job.replyTo(),
                                failure == null ? reply : new HostReply.Failed(Problem.of(failure))));
    }

    private Behavior<HostMessage> onDone(Done done) {
        if (done.reply() instanceof HostReply.Failed failed) {
            getContext()
                    .getLog()
                    .warn("{}: {}", done.database(), failed.problem().asTaskInfo());
        }
        done.replyTo().tell(done.reply());
        Job next = waiting.getOrDefault(done.database(), new ArrayDeque<>()).poll();
        if (next == null) {
            waiting.remove(done.database());
        } else {
            start(next);
        }
        return this;
    }

    private Behavior<HostMessage> onAdopted(Adopted adopted) {
        if (adopted.failure() != null) {
            getContext().getLog().error("the managed servers could not be looked for", adopted.failure());
        }
        for (Adoption adoption : adopted.adoptions()) {
            adoption.problem()
                    .ifPresentOrElse(
                            problem -> getContext()
                                    .getLog()
                                    .error("{} does not run: {}", adoption.database(), problem.asTaskInfo()),
                            () -> getContext().getLog().info("{} runs", adoption.database()));
        }
        return this;
    }
}
