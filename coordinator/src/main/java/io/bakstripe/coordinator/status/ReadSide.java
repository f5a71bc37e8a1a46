package io.bakstripe.coordinator.status;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.bakstripe.coordinator.journal.JournalSettings;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.coordinator.retention.RetentionSettings;
import io.bakstripe.coordinator.retention.TrimmingJob;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.port.InstanceQueries;
import io.bakstripe.protocol.port.Procedures;
import io.bakstripe.protocol.port.TaskQueries;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** The ports that the API is given. */
public record ReadSide(Procedures procedures, TaskQueries tasks, InstanceQueries instances, TaskFigures figures) {
    private static final String DISPATCHER = "akka.projection.jdbc.blocking-jdbc-dispatcher";

    /** Starts the projection of the history and its trimming, and gives the ports; connections are closed when the actor system ends. */
    public static ReadSide start(
            ActorSystem<?> system,
            StatusSettings settings,
            JournalSettings journal,
            RetentionSettings retention,
            Peers peers,
            List<InstanceDefinition> declared,
            InstantSource clock) {
        HikariDataSource source = new HikariDataSource(pool(settings, journal));
        CoordinatedShutdown.get(system)
                .addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "close-history", () -> {
                    source.close();
                    return CompletableFuture.completedFuture(Done.done());
                });
        HistoryProjection.start(system, settings, source);
        Questions questions = new Questions(system, declared);
        Executor blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER));
        TrimmingJob.start(system, settings.role(), retention, source, blocking, clock);
        TaskQueries tasks =
                new ClusterTaskQueries(questions, peers, new TaskHistory(source, blocking), settings, retention, clock);
        return new ReadSide(
                new ClusterProcedures(questions, peers, tasks, settings),
                tasks,
                new ClusterInstanceQueries(questions, peers, settings),
                new TaskFigures(questions, peers, settings, source, blocking));
    }

    private static HikariConfig pool(StatusSettings settings, JournalSettings journal) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("bakstripe-history");
        pool.setJdbcUrl(journal.url());
        pool.setUsername(journal.user());
        pool.setPassword(journal.password());
        pool.setMaximumPoolSize(settings.historyConnections());
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(5_000);
        return pool;
    }
}
