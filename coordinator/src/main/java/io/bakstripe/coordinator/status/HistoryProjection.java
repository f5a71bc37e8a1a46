package io.bakstripe.coordinator.status;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.cluster.sharding.typed.ShardedDaemonProcessSettings;
import akka.cluster.sharding.typed.javadsl.ShardedDaemonProcess;
import akka.persistence.jdbc.query.javadsl.JdbcReadJournal;
import akka.persistence.query.Offset;
import akka.projection.ProjectionBehavior;
import akka.projection.ProjectionId;
import akka.projection.eventsourced.EventEnvelope;
import akka.projection.eventsourced.javadsl.EventSourcedProvider;
import akka.projection.javadsl.SourceProvider;
import akka.projection.jdbc.javadsl.JdbcHandler;
import akka.projection.jdbc.javadsl.JdbcProjection;
import io.bakstripe.coordinator.database.HistoryTags;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.SnapshotEnded;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskEnded;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** Writes ended tasks from the journal into the history, each exactly once: row and offset are committed together. */
final class HistoryProjection extends JdbcHandler<EventEnvelope<DatabaseEvent>, HistorySession> {
    private static final String NAME = "task-history";

    /** Starts one stream for each slice, spread over the nodes that carry the role. */
    static void start(ActorSystem<?> system, StatusSettings settings, DataSource source) {
        List<String> tags = HistoryTags.all(settings.historySlices());
        ShardedDaemonProcess.get(system)
                .init(
                        ProjectionBehavior.Command.class,
                        NAME,
                        tags.size(),
                        slice -> projection(system, source, tags.get(slice)),
                        ShardedDaemonProcessSettings.create(system).withRole(settings.role()),
                        Optional.of(ProjectionBehavior.stopMessage()));
    }

    private static Behavior<ProjectionBehavior.Command> projection(
            ActorSystem<?> system, DataSource source, String tag) {
        SourceProvider<Offset, EventEnvelope<DatabaseEvent>> events =
                EventSourcedProvider.eventsByTag(system, JdbcReadJournal.Identifier(), tag);
        return ProjectionBehavior.create(JdbcProjection.exactlyOnce(
                ProjectionId.of(NAME, tag), events, () -> new HistorySession(source), HistoryProjection::new, system));
    }

    @Override
    public void process(HistorySession session, EventEnvelope<DatabaseEvent> envelope) throws Exception {
        if (envelope.event() instanceof TaskEnded ended) {
            session.withConnection(connection -> {
                try {
                    TaskHistory.insert(connection, ended);
                    LastBackups.note(connection, ended);
                } catch (SQLException failed) {
                    throw new IllegalStateException("cannot write the history of task " + ended.task(), failed);
                }
                return true;
            });
        } else if (envelope.event() instanceof SnapshotEnded ended
                && ended.restore().isPresent()) {
            session.withConnection(connection -> {
                try {
                    TaskHistory.update(connection, ended.restore().get());
                } catch (SQLException failed) {
                    throw new IllegalStateException("cannot write the history of snapshot " + ended.task(), failed);
                }
                return true;
            });
        }
    }
}
