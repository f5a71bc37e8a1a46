package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreReport;
import io.bakstripe.protocol.message.DatabaseCommand.RestoreState;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.RestoreCommand.Ensure;
import io.bakstripe.protocol.message.RestoreCommand.RestoreGoal;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.Stores;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RestoreShardingTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final HostName HOST = new HostName("local");

    @Test
    void aWorkerIsReachedUnderItsAttemptOnTheNodeThatCarriesTheHostsRole() {
        ActorTestKit kit = ActorTestKit.create(ConfigFactory.parseString("""
                        akka.actor.provider = cluster
                        akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        akka.cluster.roles = [host-local]
                        akka.cluster.jmx.multi-mbeans-in-same-jvm = on
                        """)
                .withFallback(PersistenceTestKitPlugin.getInstance().config())
                .withFallback(ConfigFactory.load()));
        try {
            Cluster cluster = Cluster.get(kit.system());
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
            TestProbe<HostCommand> host = kit.createTestProbe(HostCommand.class);
            TestProbe<RestoreReport> reports = kit.createTestProbe(RestoreReport.class);
            MemoryObjectStore store = SampleSet.emptyStore();
            RestoreDependencies dependencies = new RestoreDependencies(
                    asked -> new StoreSetFinder(asked, StoreSetFinderTest.SETTINGS),
                    Stores.only(store),
                    new ByteBudget(1 << 20),
                    StoreSetFinderTest.SETTINGS,
                    InstantSource.system(),
                    name -> host.getRef(),
                    (database, report) -> reports.getRef().tell(report),
                    "node-1");
            ClusterSharding sharding = ClusterSharding.get(kit.system());
            RestoreSharding.init(sharding, HOST, dependencies);
            AttemptRef attempt = new AttemptRef(new InstanceName("shop"), new TaskId(7), 1);

            sharding.entityRefFor(RestoreCommand.key(HOST), attempt.entityId()).tell(discard(attempt));

            assertThat(reports.receiveMessage(LONG).state()).isEqualTo(RestoreState.STARTING);
            HostCommand.Discard asked = host.expectMessageClass(HostCommand.Discard.class, LONG);
            assertThat(asked.attempt()).isEqualTo(attempt);
            asked.replyTo().tell(new HostCommand.HostReply.Discarded(false));
            assertThat(reports.receiveMessage(LONG).state()).isEqualTo(RestoreState.DISCARDED);
        } finally {
            kit.shutdownTestKit();
        }
    }

    private static Ensure discard(AttemptRef attempt) {
        InstanceDefinition definition = new InstanceDefinition(
                attempt.instance(),
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.of(HOST),
                List.of());
        DatabaseName display = new DatabaseName("Copy");
        RestoreSpec spec = new RestoreSpec(
                attempt,
                DatabaseRef.of(definition.name(), display),
                display,
                new InstanceView(definition, true),
                HOST,
                SampleSet.arn("orders-*"));
        return new Ensure(1, spec, RestoreGoal.DISCARD);
    }
}
