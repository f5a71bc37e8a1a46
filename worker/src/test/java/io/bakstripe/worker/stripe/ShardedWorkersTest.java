package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.message.DatabaseCommand.EngineStopped;
import io.bakstripe.protocol.message.DatabaseCommand.SessionEnded;
import io.bakstripe.protocol.message.DatabaseCommand.SessionOpened;
import io.bakstripe.protocol.message.DatabaseCommand.StripeState;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.SessionCommand.SessionGoal;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.message.StripeCommand.Ensure;
import io.bakstripe.protocol.message.StripeCommand.StripeGoal;
import io.bakstripe.protocol.message.StripeCommand.StripeSpec;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.budget.ByteBudget;
import io.bakstripe.worker.session.BackupSession;
import io.bakstripe.worker.session.SessionDependencies;
import io.bakstripe.worker.session.SessionSettings;
import io.bakstripe.worker.store.Stores;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Sessions and stripe workers together, addressed as coordinators address them. */
class ShardedWorkersTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create("sharded", ConfigFactory.parseString("""
                            akka.actor.provider = cluster
                            akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
                            akka.cluster.roles = [worker]
                            akka.cluster.jmx.multi-mbeans-in-same-jvm = on
                            """).withFallback(StripeFixture.config()));

    @AfterAll
    static void shutDown() {
        KIT.shutdownTestKit();
    }

    @Test
    void makeASetOfTwoStripesFromOneSession() {
        Cluster cluster = Cluster.get(KIT.system());
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        ClusterSharding sharding = ClusterSharding.get(KIT.system());
        StripeFixture fixture = new StripeFixture(KIT, 1, new ByteBudget(64 << 20));
        for (int i = 0; i < 40; i++) {
            fixture.data("base/" + i, 300_000);
        }
        fixture.database.closing.add(Extent.log("pg_wal/1", 1 << 20));
        fixture.database.closing.add(Extent.control("global/pg_control", 8192));
        BackupSession.init(
                sharding,
                KIT.system(),
                new SessionDependencies(
                        fixture.database,
                        Stores.only(fixture.objects),
                        (ref, report) -> fixture.coordinator.getRef().tell(report),
                        SessionSettings.from(ConfigFactory.load().getConfig("bakstripe.worker"))));
        StripeDependencies base = fixture.dependencies();
        StripeSharding.init(
                sharding,
                KIT.system(),
                new StripeDependencies(
                        base.stores(),
                        base.keys(),
                        base.sources(),
                        SlicesFetcher.sharded(sharding, base.settings()),
                        base.budget(),
                        base.spool(),
                        base.sizing(),
                        base.reports(),
                        base.clock(),
                        base.nanos(),
                        base.random(),
                        base.writer(),
                        base.settings()));
        await().until(() -> cluster.selfMember().status() == akka.cluster.MemberStatus.up());
        StripeSpec spec = fixture.spec(1, 2);
        var session = sharding.entityRefFor(
                SessionCommand.KEY, spec.stripe().attempt().entityId());
        var sessionSpec = new SessionCommand.SessionSpec(
                spec.stripe().attempt(), spec.database(), spec.display(), spec.view(), 2);

        session.tell(new SessionCommand.Ensure(1, sessionSpec, SessionGoal.OPEN, Optional.empty(), Optional.empty()));
        SessionOpened opened =
                fixture.coordinator.expectMessageClass(SessionOpened.class, java.time.Duration.ofSeconds(20));
        assertThat(opened.stripeBytes()).hasSize(2);
        for (int stripe = 1; stripe <= 2; stripe++) {
            tell(sharding, fixture, stripe, StripeGoal.STREAM, Optional.empty());
            fixture.await(StripeState.DRAINED);
        }
        session.tell(new SessionCommand.Ensure(
                1, sessionSpec, SessionGoal.STOP_ENGINE, Optional.of(opened.facts()), Optional.empty()));
        StopFacts stop =
                fixture.coordinator.expectMessageClass(EngineStopped.class).facts();
        for (int stripe = 1; stripe <= 2; stripe++) {
            tell(sharding, fixture, stripe, StripeGoal.CLOSE, Optional.of(stop));
            fixture.await(StripeState.PREPARED);
        }
        session.tell(new SessionCommand.Ensure(
                1, sessionSpec, SessionGoal.END, Optional.of(opened.facts()), Optional.empty()));
        fixture.coordinator.expectMessageClass(SessionEnded.class);
        for (int stripe = 1; stripe <= 2; stripe++) {
            tell(sharding, fixture, stripe, StripeGoal.PUBLISH, Optional.of(stop));
            fixture.await(StripeState.PUBLISHED);
        }

        assertThat(fixture.objects.files()).containsExactlyInAnyOrder(fixture.file(1), fixture.file(2));
        assertThat(fixture.database.openHolds).hasValue(0);
    }

    private static void tell(
            ClusterSharding sharding, StripeFixture fixture, int stripe, StripeGoal goal, Optional<StopFacts> stop) {
        sharding.entityRefFor(StripeCommand.KEY, fixture.stripe(stripe).entityId())
                .tell(new Ensure(1, fixture.spec(stripe, 2), goal, stop));
    }
}
