package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.coordinator.sequence.RestorePosition;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.DatabaseCommand.BackupSets;
import io.bakstripe.protocol.message.DatabaseCommand.DatabaseDescription;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeBackupSets;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeDatabase;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeSnapshots;
import io.bakstripe.protocol.message.DatabaseCommand.DescribeTasks;
import io.bakstripe.protocol.message.DatabaseCommand.FindSnapshot;
import io.bakstripe.protocol.message.DatabaseCommand.Probe;
import io.bakstripe.protocol.message.DatabaseCommand.SnapshotFound;
import io.bakstripe.protocol.message.DatabaseCommand.Snapshots;
import io.bakstripe.protocol.message.DatabaseCommand.TaskDescriptions;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.InstanceCommand.TaskKnowledge;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.TaskId;

/** Answers questions from what is recorded and reported; changes nothing. */
final class Answers {
    private final DatabaseRef database;
    private final Peers peers;
    private final Admission admission;

    Answers(DatabaseRef database, Peers peers, Admission admission) {
        this.database = database;
        this.peers = peers;
        this.admission = admission;
    }

    /** Answers a question, of whichever kind. */
    void answer(DatabaseRecord state, Live live, DatabaseCommand question) {
        if (question instanceof Probe probe) {
            probe(state, probe);
        } else if (question instanceof DescribeDatabase describe) {
            describe(state, describe);
        } else if (question instanceof DescribeBackupSets describe) {
            describe(state, describe);
        } else if (question instanceof DescribeSnapshots describe) {
            describe.replyTo().tell(new Snapshots(Snapshotting.shown(state)));
        } else if (question instanceof FindSnapshot find) {
            find.replyTo().tell(new SnapshotFound(Snapshotting.stored(state, find.snapshot())));
        } else if (question instanceof DescribeTasks describe) {
            describe(state, live, describe);
        } else {
            throw new IllegalArgumentException("no question: " + question);
        }
    }

    private void probe(DatabaseRecord state, Probe probe) {
        // Before the instance knows a snapshot it must not close the restore whose end wants it, which is what wakes
        // this database.
        boolean wanted = state.snapshots().unregistered();
        if (wanted || state.unfinished(probe.task()).isPresent() || admission.pending(probe.submission())) {
            knowledge(probe.task(), TaskKnowledge.UNFINISHED);
        } else {
            notUnfinished(state, probe.task());
        }
    }

    /** Says that a task has ended or never was: the instance must not keep a slot for it. */
    void notUnfinished(DatabaseRecord state, TaskId task) {
        if (state.left(task)) {
            // The end alone would let the instance forget that this database has to be woken.
            new Order.ReleaseSlot(task, true).give(peers, database);
            return;
        }
        boolean known = state.ended(task).isPresent() || state.unreleased().contains(task);
        knowledge(task, known ? TaskKnowledge.ENDED : TaskKnowledge.UNKNOWN);
    }

    private void describe(DatabaseRecord state, DescribeDatabase question) {
        question.replyTo()
                .tell(new DatabaseDescription(
                        SubmissionRules.shownName(state),
                        state.stage().shown(),
                        state.history().last(),
                        state.history().logBackups(state.kept().map(KeptState::database)),
                        state.position().map(RestorePosition::shown),
                        state.stage() == DatabaseStage.RESTORING
                                && state.position()
                                        .filter(RestorePosition::standby)
                                        .isPresent(),
                        state.kept().map(KeptState::database)));
    }

    private void describe(DatabaseRecord state, DescribeBackupSets question) {
        question.replyTo().tell(new BackupSets(state.history().sets()));
    }

    private void describe(DatabaseRecord state, Live live, DescribeTasks question) {
        question.replyTo()
                .tell(new TaskDescriptions(question.tasks().stream()
                        .flatMap(task -> admission.shown(state, live, task).stream())
                        .toList()));
    }

    private void knowledge(TaskId task, TaskKnowledge known) {
        peers.instance(database.instance()).tell(new InstanceCommand.ProbeAnswer(task, known));
    }
}
