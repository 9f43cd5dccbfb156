package cli // want named
