package io.bakstripe.coordinator.retention;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.SingletonActor;
import io.bakstripe.coordinator.retention.RowTrimming.Removed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link RowTrimming} every now and then, on one node of the cluster. A run that fails is logged and made up for by the next one; nothing is
 * shown longer for it, because queries keep the limit by themselves.
 */
public final class TrimmingJob {
    private static final String NAME = "trimming";
    /** A node that starts has better things to do at first. */
    private static final Duration FIRST = Duration.ofMinutes(10);

    private sealed interface Message extends NoSerializationVerificationNeeded permits Due, Ended {}

    private record Due() implements Message {}

    private record Ended(
            @Nullable Removed removed, @Nullable Throwable failure) implements Message {}

    private final ActorContext<Message> context;
    private final RetentionSettings settings;
    private final DataSource source;
    private final Executor blocking;
    private final InstantSource clock;
    private boolean running;

    private TrimmingJob(
            ActorContext<Message> context,
            RetentionSettings settings,
            DataSource source,
            Executor blocking,
            InstantSource clock) {
        this.context = context;
        this.settings = settings;
        this.source = source;
        this.blocking = blocking;
        this.clock = clock;
    }

    /** Starts the job on the nodes that carry {@code role}; one of them runs it. */
    public static void start(
            ActorSystem<?> system,
            String role,
            RetentionSettings settings,
            DataSource source,
            Executor blocking,
            InstantSource clock) {
        ClusterSingleton.get(system)
                .init(SingletonActor.of(create(settings, source, blocking, clock), NAME)
                        .withSettings(ClusterSingletonSettings.create(system).withRole(role)));
    }

    private static Behavior<Message> create(
            RetentionSettings settings, DataSource source, Executor blocking, InstantSource clock) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            Duration first = settings.every().compareTo(FIRST) < 0 ? settings.every() : FIRST;
            timers.startTimerWithFixedDelay(new Due(), first, settings.every());
            return new TrimmingJob(context, settings, source, blocking, clock).behavior();
        }));
    }

    private Behavior<Message> behavior() {
        return Behaviors.receive(Message.class)
                .onMessage(Due.class, this::onDue)
                .onMessage(Ended.class, this::onEnded)
                .build();
    }

    private Behavior<Message> onDue(Due due) {
        if (!running) {
            running = true;
            context.pipeToSelf(trimmed(), Ended::new);
        }
        return Behaviors.same();
    }

    private CompletionStage<Removed> trimmed() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (Connection connection = source.getConnection()) {
                        return RowTrimming.run(connection, settings.oldest(clock.instant()));
                    } catch (SQLException failed) {
                        throw new CompletionException(failed);
                    }
                },
                blocking);
    }

    private Behavior<Message> onEnded(Ended ended) {
        running = false;
        Removed removed = ended.removed();
        if (removed == null) {
            context.getLog().warn("rows older than {} could not be removed", settings.kept(), ended.failure());
        } else if (removed.tasks() + removed.events() > 0) {
            context.getLog()
                    .info(
                            "removed {} tasks and {} events older than {}",
                            removed.tasks(),
                            removed.events(),
                            settings.kept());
        }
        return Behaviors.same();
    }
}
