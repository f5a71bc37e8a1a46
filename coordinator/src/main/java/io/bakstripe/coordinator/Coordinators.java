package io.bakstripe.coordinator;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.pattern.Patterns;
import io.bakstripe.coordinator.database.DatabaseCoordinator;
import io.bakstripe.coordinator.instance.Declarations;
import io.bakstripe.coordinator.instance.InstanceCoordinator;
import io.bakstripe.coordinator.peers.ClusterPeers;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.coordinator.status.ReadSide;
import io.bakstripe.coordinator.status.TaskFigures;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.Declare;
import io.bakstripe.protocol.message.InstanceCommand.DeclareReply;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.port.InstanceQueries;
import io.bakstripe.protocol.port.Procedures;
import io.bakstripe.protocol.port.TaskQueries;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The coordinators of this node, started, and the ports that the API is given. */
public final class Coordinators {
    private static final Duration DECLARE_LIMIT = Duration.ofSeconds(3);
    private static final Duration DECLARE_AGAIN = Duration.ofSeconds(1);

    private final ReadSide readSide;
    private final CompletionStage<Boolean> declared;

    private Coordinators(ReadSide readSide, CompletionStage<Boolean> declared) {
        this.readSide = readSide;
        this.declared = declared;
    }

    /**
     * Starts sharding, the projection of the history and its trimming, and declares the instances of this node's configuration. The journal's tables must exist.
     *
     * @param clock for everything that is recorded
     * @param ids for submissions and backup sets
     */
    public static Coordinators init(
            ActorSystem<?> system,
            CoordinatorSettings settings,
            List<InstanceDefinition> declared,
            InstantSource clock,
            Supplier<UUID> ids) {
        Peers peers = new ClusterPeers(system);
        ClusterSharding sharding = ClusterSharding.get(system);
        ClusterShardingSettings plain = ClusterShardingSettings.create(system).withNoPassivationStrategy();
        sharding.init(Entity.of(
                        DatabaseCommand.KEY,
                        entity -> DatabaseCoordinator.create(
                                DatabaseRef.parse(entity.getEntityId()),
                                settings.database(),
                                peers,
                                clock,
                                ids,
                                Optional.of(entity.getShard())))
                .withSettings(plain)
                .withRole(settings.role()));
        sharding.init(Entity.of(
                        InstanceCommand.KEY,
                        entity -> InstanceCoordinator.create(
                                new InstanceName(entity.getEntityId()), settings.instance(), peers, clock))
                .withSettings(plain.withRememberEntities(true))
                .withRole(settings.role()));
        ReadSide readSide = ReadSide.start(
                system, settings.status(), settings.journal(), settings.retention(), peers, declared, clock);
        return new Coordinators(readSide, declare(system, peers, declared));
    }

    public Procedures procedures() {
        return readSide.procedures();
    }

    public TaskQueries tasks() {
        return readSide.tasks();
    }

    public InstanceQueries instances() {
        return readSide.instances();
    }

    /** Tasks in figures, for monitoring. */
    public TaskFigures figures() {
        return readSide.figures();
    }

    /** Completes once every declared instance has answered: with false when a higher revision of one holds, so that this node must not join. */
    public CompletionStage<Boolean> declared() {
        return declared;
    }

    private static CompletionStage<Boolean> declare(
            ActorSystem<?> system, Peers peers, List<InstanceDefinition> definitions) {
        CompletionStage<Boolean> all = CompletableFuture.completedFuture(true);
        for (InstanceDefinition definition : definitions) {
            CompletionStage<Boolean> one = Patterns.retry(
                    () -> AskPattern.<InstanceCommand, DeclareReply>ask(
                                    peers.instance(definition.name()),
                                    replyTo -> new Declare(definition, replyTo),
                                    DECLARE_LIMIT,
                                    system.scheduler())
                            .thenApply(reply -> {
                                if (!reply.differences().isEmpty()) {
                                    system.log().warn(Declarations.warning(definition, reply.differences()));
                                }
                                return reply.accepted();
                            }),
                    Integer.MAX_VALUE,
                    DECLARE_AGAIN,
                    system);
            all = all.thenCombine(one, Boolean::logicalAnd);
        }
        return all;
    }
}
