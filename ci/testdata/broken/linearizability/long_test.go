package linearizability

import _ "github.com/weirbench/weir/backends/heap" // want imports
