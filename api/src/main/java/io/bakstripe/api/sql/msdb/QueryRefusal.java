package io.bakstripe.api.sql.msdb;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;

/** Refuses queries; the hint says what is understood. */
public final class QueryRefusal {
    private static final String HINT =
            "Understood is: select [top n] columns or * from msdb.dbo.backupset [where column = literal"
                    + " [and …]] [order by column [asc|desc], …]; literals are compared by =, <>, <, <=, > and >=.";

    private QueryRefusal() {}

    public static BakstripeException of(String why) {
        return BackupError.SQL_MALFORMED.problem(why).withHint(HINT).asException();
    }
}
