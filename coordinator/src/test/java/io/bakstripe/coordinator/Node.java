package io.bakstripe.coordinator;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.journal.Journal;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.Describe;
import io.bakstripe.protocol.message.InstanceCommand.InstanceDescription;
import io.bakstripe.protocol.message.InstanceCommand.Register;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A cluster of one node with the real coordinators, a real journal and fake workers. */
final class Node implements AutoCloseable {
    private static final String QUICK = """
            akka {
              loglevel = WARNING
              log-dead-letters = off
              actor.provider = cluster
              actor.allow-java-serialization = off
              actor.serialize-messages = on
              remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
              cluster {
                roles = ["coordinator"]
                downing-provider-class = "akka.cluster.sbr.SplitBrainResolverProvider"
                sharding { number-of-shards = 6, retry-interval = 200 ms, waiting-for-state-timeout = 1 s }
                jmx.multi-mbeans-in-same-jvm = on
                shutdown-after-unsuccessful-join-seed-nodes = off
              }
              coordinated-shutdown.exit-jvm = off
              coordinated-shutdown.run-by-jvm-shutdown-hook = off
            }
            bakstripe.coordinator {
              tick = 200 ms
              register-again = 200 ms
              probe = 1 s
              retry-delay = 100 ms
              preflight-limit = 2 s
              session-end-limit = 2 s
              rollback-limit = 4 s
              idle = 1 s
            }
            """;

    final ActorSystem<Void> system;
    final FakeWorkers workers;
    final Coordinators coordinators;

    private Node(Config config, List<InstanceDefinition> declared, InstantSource clock) throws SQLException {
        CoordinatorSettings settings = CoordinatorSettings.from(config.getConfig("bakstripe"));
        Journal.prepare(settings.journal());
        system = ActorSystem.create(Behaviors.empty(), "bakstripe", config);
        Cluster cluster = Cluster.get(system);
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> cluster.selfMember().status() == MemberStatus.up());
        workers = new FakeWorkers(system);
        coordinators = Coordinators.init(system, settings, declared, clock, UUID::randomUUID);
    }

    /** @param journal keys below {@code bakstripe.journal} */
    static Node start(Map<String, String> journal, List<InstanceDefinition> declared) throws SQLException {
        return start(journal, declared, "", InstantSource.system());
    }

    /** @param more settings, as HOCON */
    static Node start(Map<String, String> journal, List<InstanceDefinition> declared, String more, InstantSource clock)
            throws SQLException {
        Config application = ConfigFactory.parseMap(Map.of("bakstripe.journal", journal))
                .withFallback(ConfigFactory.parseString(more))
                .withFallback(ConfigFactory.parseString(QUICK));
        return new Node(Journal.configuration(application), declared, clock);
    }

    /** Registers a task as a database coordinator would that is killed before it creates it; the instance gives it an id. */
    void registers(UUID submission) {
        instance().tell(new Register(Samples.SHOP_REF, Samples.SHOP, submission, Optional.empty(), false));
        Awaitility.await().until(() -> describes().open().size() == 1);
    }

    InstanceDescription describes() {
        return instance()
                .<InstanceDescription>ask(Describe::new, Duration.ofSeconds(5))
                .toCompletableFuture()
                .join();
    }

    private EntityRef<InstanceCommand> instance() {
        return ClusterSharding.get(system).entityRefFor(InstanceCommand.KEY, Samples.INSTANCE.value());
    }

    @Override
    public void close() {
        system.terminate();
        try {
            system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError("the node did not stop", failed);
        }
    }
}
